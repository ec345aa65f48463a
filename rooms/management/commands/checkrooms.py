"""`manage.py checkrooms`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rooms.consistency import problems
from rooms.models import Room


class Command(BaseCommand):
    help = "Verifies that every room's messages and versions run without a gap and that counters are true."

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(problems())
        for problem in found:
            self.stdout.write(f"room {problem.room_id}: {problem.text}")
        if found:
            raise CommandError(f"{len(found)} found in {len({problem.room_id for problem in found})} rooms.")
        if options["verbosity"] > 0:
            self.stdout.write(f"{Room.objects.count()} rooms checked, nothing wrong.")
