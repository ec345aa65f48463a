"""The life of this database."""

import uuid

from django.db import models


class DatabaseLife(models.Model):
    """One row: `epoch` names this database's life. A restored backup begins another (`manage.py newepoch`)."""

    epoch = models.UUIDField(default=uuid.uuid4)

    def __str__(self) -> str:
        return str(self.epoch)


def epoch() -> str:
    """The present one, made on first use; clients that held data under another drop it."""
    life, _ = DatabaseLife.objects.get_or_create(pk=1)
    return str(life.epoch)
