"""`manage.py update_index`."""

from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from rooms.search.index import index_some

# Less at once than could be: on SQLite who stores a message waits while these are written.
BATCH: Final = 200


def hint(new: int) -> str:
    """What a command that added so many messages says at its end; nothing where a search itself takes them along."""
    if new <= settings.SEARCH_CATCH_UP:
        return ""
    return "\nThe worker makes them searchable bit by bit; `manage.py update_index` does so at once."


class Command(BaseCommand):
    help = "Makes all messages searchable at once that wait for it; the worker does so bit by bit."

    def handle(self, *args: Any, **options: Any) -> None:
        written, left = 0, 1
        with tqdm(unit=" messages", disable=options["verbosity"] == 0) as progress:
            try:
                while left:
                    taken = index_some(BATCH)
                    written, left = written + taken.written, taken.left
                    progress.total = written + left
                    progress.update(taken.written)
            except KeyboardInterrupt:
                progress.close()
                raise CommandError(
                    f"Stopped: {written:,} messages read into the search index; the worker goes on with the rest.",
                    returncode=130,
                ) from None
        if options["verbosity"] > 0:
            self.stdout.write(f"{written:,} messages read into the search index, and nothing waits.")
