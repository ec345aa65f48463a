"""`manage.py cleanup`."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from redis.exceptions import RedisError

from accounts.actions import cleanup_accounts
from presence import store
from rooms.actions.cleanup import cleanup_rooms
from rooms.previews.cleanup import cleanup_previews


class Command(BaseCommand):
    help = "Removes what nobody needs any more: expired sessions, presence of dead servers, unused files, old deleted texts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be removed")

    def handle(self, *args: Any, **options: Any) -> None:
        dry_run: bool = options["dry_run"]
        verb = "would be removed" if dry_run else "removed"
        parts: tuple[Callable[[bool], dict[str, int]], ...] = (
            cleanup_accounts,
            self._presence,
            cleanup_rooms,
            cleanup_previews,
        )
        for part in parts:
            for what, count in part(dry_run).items():
                self.stdout.write(f"{what}: {count} {verb}")

    def _presence(self, dry_run: bool) -> dict[str, int]:
        # No address: no server runs here, and nothing is left of one.
        if settings.REDIS_URLS:
            try:
                return {"servers that are gone": async_to_sync(store.sweep)(dry_run=dry_run)}
            except (RedisError, OSError):
                self.stderr.write("Redis cannot be reached: presence is left as it is.")
        return {}
