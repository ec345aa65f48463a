"""`manage.py work`: does what waits beside the talk, until it is told to stop. `serve` runs one."""

import os
import signal
import threading
from argparse import SUPPRESS, ArgumentParser
from importlib import import_module
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.utils.module_loading import module_has_submodule

from talkwave.serving import lifeline
from talkwave.web import metrics
from talkwave.work import Worker, chores

# It shares its machine with the servers, and takes the time that they leave.
NICENESS = 10


class Command(BaseCommand):
    help = "Does the work beside the talk: files, previews, reminders, what is to be sent later. `serve` runs one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        for name in ("ready", "parent"):  # said by the supervisor alone
            parser.add_argument(f"--{name}", type=int, help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["parent"]:
            lifeline.end_with(options["parent"])
        for app in apps.get_app_configs():
            if app.module is not None and module_has_submodule(app.module, "chores"):
                import_module(f"{app.name}.chores")
        os.nice(NICENESS)
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        worker = Worker(chores())
        worker.start()
        metrics.leave("worker")
        if options["ready"]:
            os.write(options["ready"], b"1")
            os.close(options["ready"])
        while not stop.wait(1):
            if options["parent"] and lifeline.orphaned(options["parent"]):
                break
        worker.stop()
