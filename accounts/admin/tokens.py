"""API tokens: who has some, and taking them away."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import actions
from accounts.models import ApiToken
from accounts.views.me import me
from talkwave.errors import Refused


class ApiTokenAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Tokens are made by `manage.py apitoken`, which shows them once; here they are listed and revoked."""

    list_display = ("user", "name", "created_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "created_at")
    list_select_related = ("user",)
    search_fields = ("user__username", "user__display_name", "name")
    date_hierarchy = "created_at"
    fields = readonly_fields = ("user", "name", "created_at", "revoked_at")
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description=_("Revoke the chosen tokens"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        done = 0
        for token in queryset:
            try:
                actions.revoke_token(me(request), token)
                done += 1
            except Refused as refused:
                self.message_user(request, f"{token}: {refused.detail}", messages.ERROR)
        if done:
            self.message_user(request, ngettext("%(n)d token revoked.", "%(n)d tokens revoked.", done) % {"n": done})
