"""How django-allauth is fitted to this house: its doors lead to our names, our actions and our pages."""

from collections.abc import Iterable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import EmailAddress
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actions import create_person, sessions
from accounts.models import User
from accounts.names import normalise, username_key, username_look, validate_username
from accounts.views.farewell import farewell
from talkwave.web.address import request_address

_WRONG = _("The name or the password is not right.")


class AccountAdapter(DefaultAccountAdapter):
    # One sentence for a name that is not there and for a password that is not right.
    error_messages: dict[str, str | Promise] = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _WRONG,
        "email_password_mismatch": _WRONG,
        "invalid_login": _WRONG,
        "username_taken": _("This user name is taken."),
        "email_taken": _("There is an account with this e-mail address. Sign in, or have a new password sent."),
        "too_many_login_attempts": _("Too many tries. Wait a few minutes, then try again."),
        "rate_limited": _("Too many tries. Wait a little, then try again."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_password": _("This is not your password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGNUP_MODE == "open")

    def clean_username(self, username: str, shallow: bool = False) -> str:
        name = normalise(username)
        validate_username(name)
        look = username_look(name)
        if not shallow and (taken := User.objects.filter(username_look=look).first()):
            if taken.username_key == username_key(name):
                raise self.validation_error("username_taken")
            raise ValidationError(
                _("This user name looks like %(name)s, which is taken."),
                code="username_taken",
                params={"name": taken.username},
            )
        return name

    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:
        given = form.cleaned_data
        return create_person(
            None,
            username=given["username"],
            email=given.get("email", ""),
            password=given["password1"],
            display_name=given.get("display_name", ""),
        )

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        if not user.can_take_part:
            clear_login(request)
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        # Only who knows the password gets here, so it tells nobody else anything.
        return farewell(request, "suspended" if user.suspended_at else "deleted")

    def get_client_ip(self, request: HttpRequest) -> str:
        # allauth's own answers 500 to a forwarded address it did not expect, and 403 on a unix socket.
        return request_address(request) or "127.0.0.1"

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # One count for all the ways to write a name: ALICE and alice are one account.
        typed = str(credentials.get("email") or credentials.get("username") or "")
        return f"{request.get_host()}:{username_look(typed)}"

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Who confirms an address has it: whoever only gave it as theirs loses it."""
        with transaction.atomic():
            others = ~Q(user_id=email_address.user_id)
            EmailAddress.objects.filter(others, email__iexact=email_address.email, verified=False).delete()
            confirmed = EmailAddress.objects.filter(email__iexact=email_address.email, verified=True).values("user_id")
            User.objects.filter(email__iexact=email_address.email).exclude(pk=email_address.user_id).exclude(
                pk__in=confirmed
            ).update(email="")
            return bool(super().confirm_email(request, email_address))


class SessionsAdapter(DefaultUserSessionsAdapter):
    def end_sessions(self, ended: Iterable[UserSession]) -> None:
        sessions.end(ended)
