"""After a restore from a backup: clients that held newer data drop it."""

import uuid
from typing import Any

from django.core.management.base import BaseCommand

from rooms.models import DatabaseLife


class Command(BaseCommand):
    help = "Begin a new life of this database. Run it once after restoring a backup, before the server starts."

    def handle(self, *args: Any, **options: Any) -> None:
        life, _ = DatabaseLife.objects.update_or_create(pk=1, defaults={"epoch": uuid.uuid4()})
        self.stdout.write(f"This database's epoch is now {life.epoch}.")
