"""People, and the tokens of their programs."""

import hashlib
import secrets
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.names import username_key, username_look


class PeopleQuerySet(models.QuerySet["User"]):
    def present(self) -> "PeopleQuerySet":
        """Those who can be written to and invited: not suspended, not deleted."""
        return self.filter(is_active=True, suspended_at=None, deleted_at=None)


class PeopleManager(UserManager.from_queryset(PeopleQuerySet)):  # type: ignore[misc]
    """Finds people by name as they are typed: `@Ann` is `ann`."""

    use_in_migrations = False

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username_key=username_key(username or ""))


class User(AbstractUser):
    """A person, a program (`is_bot`), or somebody known only from an import (`is_placeholder`)."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]

    username = models.CharField(
        _("user name"),
        max_length=32,
        unique=True,
        error_messages={"unique": _("This user name is taken.")},
    )
    # What makes two names the same: accounts.names.username_key. Set by save().
    username_key = models.CharField(max_length=64, unique=True, editable=False)
    # What makes two names look the same: accounts.names.username_look. Set by save(), checked by create_person.
    username_look = models.CharField(max_length=96, db_index=True, editable=False)
    email = models.EmailField(_("e-mail address"), blank=True)
    display_name = models.CharField(_("display name"), max_length=64, blank=True)
    bio = models.CharField(_("about me"), max_length=200, blank=True)
    avatar = models.ImageField(upload_to="avatars/", blank=True)
    # Goes up with every change of picture or name, so that browsers may keep an avatar for ever.
    avatar_version = models.PositiveIntegerField(default=1, editable=False)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    language = models.CharField(_("language"), max_length=16, blank=True)
    theme = models.CharField(
        _("look"),
        max_length=8,
        default="system",
        choices=[("system", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))],
    )
    link_previews = models.BooleanField(_("Show what links lead to"), default=True)
    is_bot = models.BooleanField(default=False, editable=False)
    is_placeholder = models.BooleanField(default=False, editable=False)
    suspended_at = models.DateTimeField(null=True, blank=True, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When, by the clock of the database, this person was last suspended, restored or deleted: server processes look for
    # recent ones.
    access_changed_at = models.DateTimeField(null=True, blank=True, editable=False, db_index=True)

    objects: ClassVar[Any] = PeopleManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints: ClassVar[Any] = [
            models.UniqueConstraint(Lower("email"), condition=~Q(email=""), name="one_person_an_email")
        ]

    def __str__(self) -> str:
        return self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.set_username(self.username)
        fields = kwargs.get("update_fields")
        if fields is not None and "username" in fields:
            kwargs["update_fields"] = {*fields, "username_key", "username_look"}
        super().save(*args, **kwargs)

    def set_username(self, username: str) -> None:
        """The name and what is derived from it; call it before a bulk_create, which does not call save()."""
        self.username = username
        self.username_key = username_key(username)
        self.username_look = username_look(username)

    @property
    def name(self) -> str:
        """What others read: the display name, else the user name."""
        return self.display_name or self.username

    @property
    def avatar_url(self) -> str:
        """Same-origin address of the picture; changes with it, so it may be cached for ever."""
        return f"/people/{self.pk}/avatar?v={self.avatar_version}"

    @property
    def can_take_part(self) -> bool:
        return self.is_active and self.suspended_at is None and self.deleted_at is None

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class ApiToken(models.Model):
    """What a program shows as `Authorization: Bearer …`; only its hash is stored."""

    PREFIX = "tw_"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80, blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return f"{self.user} {self.name}".strip()

    @staticmethod
    def digest_of(token: str) -> str:
        """SHA-256, unsalted: the token is 256 random bits, there is nothing to guess."""
        return hashlib.sha256(token.encode()).hexdigest()

    @classmethod
    def fresh(cls) -> str:
        return cls.PREFIX + secrets.token_urlsafe(32)
