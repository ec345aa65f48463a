"""Who is meant on a command line."""

from django.core.management.base import CommandError

from accounts.models import User
from accounts.names import username_key


def person(name: str) -> User:
    """The account of that user name, where it can take part; else CommandError."""
    user = User.objects.filter(username_key=username_key(name.removeprefix("@"))).first()
    if user is None:
        raise CommandError(f"There is nobody with the user name {name!r}.")
    if not user.can_take_part or user.is_placeholder:
        raise CommandError(f"{user.username} cannot take part: suspended, deleted, or known only from an import.")
    return user


def people(names: str) -> list[User]:
    """Everybody in a list like `alice,bob`, each once; `all` is everybody who can take part."""
    if names.strip() == "all":
        return list(User.objects.present().filter(is_placeholder=False).order_by("pk"))
    words = [word for part in names.split(",") if (word := part.strip())]
    return list({user.pk: user for user in map(person, words)}.values())


def first_administrator() -> User | None:
    """Who has run this place for the longest."""
    return User.objects.present().filter(is_superuser=True).order_by("pk").first()
