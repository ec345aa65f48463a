"""Combinations that start and then hurt, as numbered system checks (docs/operators.md explains each)."""

from django.core.checks import CheckMessage


def serving_problems(bind: str, processes: int) -> list[CheckMessage]:
    return []
