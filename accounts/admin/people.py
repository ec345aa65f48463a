"""People: found, looked at, suspended and restored."""

from collections.abc import Callable
from typing import Any, Final

from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import actions
from accounts.models import User
from accounts.views.me import me
from talkwave.errors import Refused

# One action takes so many: a form of more fields than Django reads would be refused without a word of why.
AT_ONCE_MOST: Final = 500


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("present", _("in")), ("suspended", _("suspended")), ("deleted", _("deleted"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        match self.value():
            case "present":
                return queryset.filter(is_active=True, suspended_at=None, deleted_at=None)
            case "suspended":
                return queryset.filter(suspended_at__isnull=False, deleted_at=None)
            case "deleted":
                return queryset.filter(deleted_at__isnull=False)
        return queryset


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    """Refuses here what the action would refuse, so that it stands beside the form and not in a traceback."""

    acting: User

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        before = User.objects.get(pk=self.instance.pk)
        changes = any(field in data and data[field] != getattr(before, field) for field in ("is_staff", "is_superuser"))
        if changes and self.instance.pk == self.acting.pk:
            raise forms.ValidationError(_("You cannot do this to your own account."))
        if changes and before.deleted_at is not None:
            raise forms.ValidationError(_("This account is deleted."))
        return data


class PersonAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Everything about a person but the password. Only powers can be edited, and only by an administrator."""

    form = PersonForm
    list_display = ("username", "display_name", "email", "state", "is_staff", "is_bot", "date_joined", "last_login")
    list_filter = (StateFilter, "is_staff", "is_superuser", "is_bot", "is_placeholder", "date_joined")
    search_fields = ("username", "username_key", "display_name", "email")
    date_hierarchy = "date_joined"
    ordering = ("username_key",)
    list_per_page = 50
    filter_horizontal = ("groups", "user_permissions")
    actions = ("suspend", "restore", "end_sessions", "close_accounts")
    _shown = (
        *("username", "display_name", "email", "bio", "time_zone", "language", "is_bot", "is_placeholder"),
        *("state", "suspended_at", "deleted_at", "is_active", "date_joined", "last_login", "sessions", "tokens"),
    )
    _powers = ("is_staff", "is_superuser", "groups", "user_permissions")
    fieldsets = (
        (None, {"fields": _shown[:8]}),
        (_("State"), {"fields": _shown[8:]}),
        (_("Powers"), {"fields": _powers}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # by signing up, or by `manage.py createuser`

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # messages point here: accounts are closed, not removed

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self._shown if request.user.is_superuser else (*self._shown, *self._powers)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type("PersonForm", (form,), {"acting": request.user})

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if request.user.is_superuser:
            actions.change_powers(me(request), obj, is_staff=obj.is_staff, is_superuser=obj.is_superuser)

    @admin.display(description=_("state"), ordering="suspended_at")
    def state(self, person: User) -> Any:
        if person.deleted_at:
            return _("deleted")
        return _("suspended") if person.suspended_at else _("in")

    @admin.display(description=_("sessions"))
    def sessions(self, person: User) -> int:
        return UserSession.objects.filter(user=person).count()

    @admin.display(description=_("API tokens"))
    def tokens(self, person: User) -> int:
        return person.api_tokens.filter(revoked_at=None).count()

    def response_action(self, request: HttpRequest, queryset: QuerySet[User], *args: Any) -> HttpResponse | None:
        if request.POST.get("select_across") == "1" and queryset.count() > AT_ONCE_MOST:
            words = _("At most %(n)d people at once. Search or filter first.") % {"n": AT_ONCE_MOST}
            self.message_user(request, words, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        return super().response_action(request, queryset, *args)

    @admin.action(description=_("Suspend the chosen people…"), permissions=["change"])
    def suspend(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        if "confirmed" not in request.POST:
            return self._confirm(request, queryset, "suspend", _("Suspend these people"), asks_reason=True)
        reason = request.POST.get("reason", "")
        self._each(request, queryset, lambda one: not one.suspended_at and actions.suspend(me(request), one, reason))
        return None

    @admin.action(description=_("Restore the chosen people"), permissions=["change"])
    def restore(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._each(request, queryset, lambda one: one.suspended_at is not None and actions.restore(me(request), one))

    @admin.action(description=_("Sign the chosen people out everywhere"), permissions=["change"])
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._each(request, queryset, lambda person: actions.end_all_sessions(me(request), person))

    @admin.action(description=_("Close the chosen accounts for ever…"), permissions=["change"])
    def close_accounts(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        if "confirmed" not in request.POST:
            return self._confirm(request, queryset, "close_accounts", _("Close these accounts for ever"))
        self._each(request, queryset, lambda one: not one.deleted_at and actions.delete_account(me(request), one))
        return None

    def _each(self, request: HttpRequest, people: QuerySet[User], act: Callable[[User], object]) -> None:
        """Does it for each of them; a refusal is told, and does not hold up the others. Who is so already gives False."""
        done = refusals = 0
        for person in people:
            try:
                done += act(person) is not False
            except Refused as refused:
                refusals += 1
                self.message_user(request, f"{person}: {refused.detail}", messages.ERROR)
        if done:
            self.message_user(request, ngettext("Done for %(n)d person.", "Done for %(n)d people.", done) % {"n": done})
        elif not refusals:
            self.message_user(request, _("There was nothing to do."), messages.WARNING)

    def _confirm(
        self, request: HttpRequest, people: QuerySet[User], action: str, title: Any, *, asks_reason: bool = False
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.model._meta,
            "people": people,
            "action": action,
            "asks_reason": asks_reason,
            "checkbox_name": helpers.ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "accounts/admin/confirm.html", context)
