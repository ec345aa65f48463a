"""The forms of the account pages. They say what is wrong beside the field; the actions check all of it again."""

from functools import cache
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import AddEmailForm as AllauthAddEmailForm
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import ResetPasswordForm as AllauthResetPasswordForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.account.models import EmailAddress
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actions.profile import BIO_MAX_LENGTH, time_zones
from accounts.models import User
from accounts.names import DISPLAY_NAME_MAX_LENGTH, clean_line, username_key
from talkwave.errors import Refused


class LoginForm(AllauthLoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.label = _("User name or e-mail address")
        # An address is at most 254 long; more than that is nobody, and costs a query to find out.
        login.max_length = 254
        login.widget = forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "maxlength": 254}
        )
        self.fields["password"].widget.attrs.pop("placeholder", None)

    def _clean_with_password(self, credentials: dict[str, Any]) -> Any:
        cleaned = super()._clean_with_password(credentials)
        # Made by an operator without an address: there is nothing to confirm, and no way to.
        if not self.user.email and not EmailAddress.objects.filter(user=self.user).exists():
            self._login.email_verification = "none"
        return cleaned


class SignupForm(AllauthSignupForm):
    """The password is asked for once: a button shows it, and a link to a new one is a mail away."""

    display_name = forms.CharField(
        label=_("Display name"),
        max_length=DISPLAY_NAME_MAX_LENGTH,
        required=False,
        help_text=_("What others read, your real name for example. You can change it at any time."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("username", "display_name", "email", "password1")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")
        self.fields["username"].help_text = _("For signing in, and for others to mention you: @name.")
        self.fields["username"].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}
        self.fields["email"].label = _("E-mail address")
        self.fields["password1"].help_text = _("At least 8 characters, and not an easy one to guess.")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        try:
            return super().try_save(request)
        except Refused as refused:
            # Somebody took the name between the check and the save.
            self.add_error("username", refused.detail)
            context = {"form": self, "login_url": reverse("account_login")}
            return None, render(request, "account/signup.html", context, status=refused.status)


def _name_address(field: forms.Field) -> None:
    field.label = _("E-mail address")
    field.widget.attrs.pop("placeholder", None)


class AddressForm(AllauthAddEmailForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_address(self.fields["email"])


class ForgottenForm(AllauthResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_address(self.fields["email"])


class ProfileForm(forms.Form):
    display_name = forms.CharField(
        label=_("Display name"),
        max_length=DISPLAY_NAME_MAX_LENGTH,
        required=False,
        help_text=_("What others read. Left empty, it is your user name."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    bio = forms.CharField(
        label=_("A line about you"),
        max_length=BIO_MAX_LENGTH,
        required=False,
        help_text=_("What you do, what you like, how to say your name."),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), required=False, help_text=_("Others see what time it is where you are.")
    )
    language = forms.ChoiceField(label=_("Language"), required=False)
    theme = forms.ChoiceField(
        label=_("Look"), choices=User._meta.get_field("theme").choices or (), widget=forms.RadioSelect
    )
    link_previews = forms.BooleanField(
        label=_("Show what links lead to"),
        required=False,
        help_text=_(
            "A small card below a link. Without it you see just the link, and where you link to is never looked at:"
            " nobody sees a card below what you send."
        ),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(user, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = time_zone_choices()  # type: ignore[attr-defined]
        self.fields["language"].choices = [("", _("As the browser")), *settings.LANGUAGES]  # type: ignore[attr-defined]
        if not settings.LINK_PREVIEWS:
            del self.fields["link_previews"]

    def clean_display_name(self) -> str:
        return clean_line(self.cleaned_data["display_name"])

    def clean_bio(self) -> str:
        return clean_line(self.cleaned_data["bio"])


class AvatarForm(forms.Form):
    picture = forms.FileField(
        label=_("Choose a picture"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"}),
    )


class DeleteAccountForm(forms.Form):
    """Type-to-confirm and the password: once against a slip, once against a borrowed computer."""

    username = forms.CharField(
        label=_("Your user name"),
        help_text=_("Type it to confirm."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_username(self) -> str:
        typed = self.cleaned_data["username"]
        if username_key(typed) != self.user.username_key:
            raise forms.ValidationError(_("This is not your user name."))
        return str(typed)

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        # Through allauth, which counts wrong tries.
        if not get_adapter().reauthenticate(self.user, password):
            raise get_adapter().validation_error("incorrect_password")
        return str(password)


@cache
def time_zone_choices() -> list[Any]:
    """All time zones by part of the world, the plain ones alone: no `Etc/GMT+5`, no `US/Pacific`."""
    parts: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(time_zones()):
        part, _slash, place = name.partition("/")
        if place and part not in ("Etc", "SystemV", "US"):
            parts.setdefault(part, []).append((name, place.replace("_", " ").replace("/", ", ")))
    return [("", _("Not set (UTC)")), ("UTC", "UTC"), *parts.items()]
