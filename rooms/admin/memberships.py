"""Who is in which room, and as what."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from rooms.actions import moderation
from rooms.admin.looking import LookingAdmin, RoomFilter
from rooms.models import Membership, Role


class MembershipAdmin(LookingAdmin):
    """Roles are given and people removed by the same actions as in the room."""

    list_display = ("user", "room", "role", "joined_at", "read_seq")
    list_filter = (RoomFilter, "role", "joined_at")
    list_select_related = ("user", "room")
    search_fields = ("user__username_key", "room__name_key")
    ordering = ("-pk",)
    actions = ("make_owner", "make_moderator", "make_member", "remove")
    fields = ("user", "room", "role", "joined_at", "notify", "read_seq", "pinned_at")

    def has_role_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("rooms.change_membership")

    def has_remove_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("rooms.delete_membership")

    def words_for(self, row: Membership) -> str:
        return f"{row.user} · {row.room}"

    @admin.action(description=_("Make the chosen people owners of their rooms"), permissions=["role"])
    def make_owner(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        self._give(request, queryset, Role.OWNER)

    @admin.action(description=_("Make the chosen people moderators of their rooms"), permissions=["role"])
    def make_moderator(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        self._give(request, queryset, Role.MODERATOR)

    @admin.action(description=_("Make the chosen people plain members"), permissions=["role"])
    def make_member(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        self._give(request, queryset, Role.MEMBER)

    @admin.action(description=_("Remove the chosen people from their rooms…"), permissions=["remove"])
    def remove(self, request: HttpRequest, queryset: QuerySet[Membership]) -> HttpResponse | None:
        if "confirmed" not in request.POST:
            note = _("They read nothing more of it from this moment. What they wrote stays.")
            return self.confirm(request, queryset, "remove", _("Remove these people from their rooms"), note)
        actor: Any = request.user
        self.each(request, list(queryset), lambda one: moderation.remove_member(actor, one.room_id, one.user_id))
        return None

    def _give(self, request: HttpRequest, queryset: QuerySet[Membership], role: str) -> None:
        actor: Any = request.user
        self.each(
            request,
            queryset,
            lambda one: one.role != role and moderation.set_role(actor, one.room_id, one.user_id, role),
        )
