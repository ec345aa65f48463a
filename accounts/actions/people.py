"""New people."""

from collections.abc import Sequence
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.names import DISPLAY_NAME_MAX_LENGTH, clean_line, normalise, validate_username
from talkwave.errors import Refused


@dataclass(frozen=True)
class NewPerson:
    """What a new account starts with. `password_hash` is Django's encoded one; empty: nobody can sign in by password."""

    username: str
    password_hash: str = ""
    email: str = ""
    display_name: str = ""


def create_person(
    actor: User | None,
    *,
    username: str,
    password: str | None = None,
    email: str = "",
    display_name: str = "",
    is_admin: bool = False,
    is_bot: bool = False,
    by_operator: bool = False,
) -> User:
    """One new account. Refused where the name or the address is wrong or taken.

    `by_operator`: whoever runs this place may give away names like `admin`, and vouches for the address.
    """
    new = NewPerson(username, make_password(password), email, display_name)
    return create_people(actor, [new], is_admin=is_admin, is_bot=is_bot, by_operator=by_operator)[0]


def create_people(
    actor: User | None,
    people: Sequence[NewPerson],
    *,
    is_admin: bool = False,
    is_bot: bool = False,
    by_operator: bool = False,
) -> list[User]:
    """Several new accounts, all or none, in a handful of queries."""
    if is_admin and actor is not None and not actor.is_superuser:
        raise Refused("forbidden", _("Only an administrator may make another one."))
    users = [_checked(new, by_operator=by_operator) for new in people]
    for user in users:
        user.is_staff = user.is_superuser = is_admin
        user.is_bot = is_bot
    try:
        with transaction.atomic():
            _require_free(users)
            User.objects.bulk_create(users)
            if by_operator:
                EmailAddress.objects.bulk_create(
                    EmailAddress(user=user, email=user.email, primary=True, verified=True)
                    for user in users
                    if user.email
                )
    except IntegrityError:
        # Somebody else was quicker, between the look and the write.
        raise Refused("conflict", _("This user name or e-mail address is taken.")) from None
    return users


def _checked(new: NewPerson, *, by_operator: bool) -> User:
    user = User(password=new.password_hash or make_password(None), email=new.email.strip().lower())
    user.set_username(normalise(new.username))
    user.display_name = clean_line(new.display_name)
    try:
        validate_username(user.username, by_operator=by_operator)
        if user.email:
            validate_email(user.email)
    except ValidationError as error:
        raise Refused("bad_request", " ".join(error.messages)) from None
    if len(user.display_name) > DISPLAY_NAME_MAX_LENGTH:
        raise Refused("too_long", _("A display name has at most %(n)d characters.") % {"n": DISPLAY_NAME_MAX_LENGTH})
    return user


def _require_free(users: Sequence[User]) -> None:
    """Refuses names that are taken, or look like a taken one, among these and among all."""
    seen: set[str] = set()
    for user in users:
        if user.username_look in seen:
            raise Refused("conflict", _("The user name %(name)s is there twice.") % {"name": user.username})
        seen.add(user.username_look)
    keys = {user.username_key: user for user in users}
    emails = {user.email for user in users if user.email}
    others = User.objects.filter(
        Q(username_key__in=keys) | Q(username_look__in=seen, is_placeholder=False) | Q(email__in=emails)
    ).values_list("username", "username_key", "email")
    for username, key, email in others:
        if key in keys:
            raise Refused("conflict", _("The user name %(name)s is taken.") % {"name": keys[key].username})
        if email and email in emails:
            raise Refused("conflict", _("The e-mail address %(email)s is taken.") % {"email": email})
        raise Refused("conflict", _("This user name looks like %(name)s, which is taken.") % {"name": username})
