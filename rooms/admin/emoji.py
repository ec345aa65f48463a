"""The community's own emoji: seen and removed."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from rooms.actions.emoji import remove_emoji
from rooms.admin.looking import LookingAdmin
from rooms.models import OwnEmoji


class OwnEmojiAdmin(LookingAdmin):
    """By name; removed ones too, which still show where they were used."""

    list_display = ("name", "shown", "created_by", "created_at", "removed_at")
    list_filter = ("removed_at",)
    list_select_related = ("created_by",)
    search_fields = ("name",)
    ordering = ("name",)
    actions = ("remove",)
    fields = ("name", "shown", "created_by", "created_at", "removed_at")
    readonly_fields = ("shown",)

    @admin.display(description=_("picture"))
    def shown(self, emoji: OwnEmoji) -> str:
        return format_html('<img src="{}" alt="" width="32" height="32">', emoji.url)

    def has_remove_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("rooms.delete_ownemoji")

    def words_for(self, row: OwnEmoji) -> str:
        return str(row)

    @admin.action(description=_("Remove the chosen emoji…"), permissions=["remove"])
    def remove(self, request: HttpRequest, queryset: QuerySet[OwnEmoji]) -> HttpResponse | None:
        if "confirmed" not in request.POST:
            note = _("Nobody can choose them any more. Where they were used they still show.")
            return self.confirm(request, queryset, "remove", _("Remove these emoji"), note)
        actor: Any = request.user
        self.each(request, queryset.filter(removed_at=None), lambda emoji: remove_emoji(actor, emoji.pk))
        return None
