"""The same thing by several in the same moment."""

import threading

from django.db import connection


def at_once(count, call):
    """Runs `call(number)` in as many threads, started together; gives what each returned or raised."""
    barrier = threading.Barrier(count)
    results = [None] * count

    def run(number):
        barrier.wait()
        try:
            results[number] = call(number)
        except Exception as error:  # noqa: BLE001  (whatever it was is compared with what should be)
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
