"""Rooms: found, looked at, archived, restored, deleted."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rooms.actions import moderation
from rooms.actions.deletion import doomed
from rooms.admin.looking import LookingAdmin
from rooms.models import Membership, Room

NAMES_SHOWN = 20


class ArchivedFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("open")), ("yes", _("archived")), ("empty", _("without an owner"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Room]) -> QuerySet[Room]:
        match self.value():
            case "no":
                return queryset.filter(archived_at=None)
            case "yes":
                return queryset.filter(archived_at__isnull=False)
            case "empty":
                owned = Membership.objects.filter(role="owner").values("room_id")
                return queryset.exclude(kind="direct").exclude(pk__in=owned)
        return queryset


class RoomAdmin(LookingAdmin):
    """A room's facts and counters, and the ways to its people and messages."""

    list_display = ("title", "kind", "people", "messages", "last_message_at", "created_at", "archived_at")
    list_filter = ("kind", ArchivedFilter, "created_at")
    search_fields = ("name_key", "topic", "=pk", "=memberships__user__username_key")
    ordering = ("-last_seq",)
    actions = ("archive", "restore", "delete_rooms")
    fields = (
        *("title", "kind", "topic", "people_names", "people", "messages", "created_by", "created_at"),
        *("archived_at", "last_message_at", "last_seq", "version", "state_version"),
    )
    readonly_fields = ("title", "people_names", "people", "messages")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Room]:
        # Deleted ones whose rows are still going are no rooms any more.
        return super().get_queryset(request).exclude(pk__in=doomed().values("pk"))

    def has_archive_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("rooms.change_room")

    def has_end_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("rooms.delete_room")

    @admin.display(description=_("room"), ordering="name_key")
    def title(self, room: Room) -> str:
        return str(room)

    @admin.display(description=_("people"), ordering="member_count")
    def people(self, room: Room) -> str:
        return _link("rooms_membership", room, room.member_count)

    @admin.display(description=_("messages"), ordering="last_seq")
    def messages(self, room: Room) -> str:
        return _link("rooms_message", room, room.last_seq)

    @admin.display(description=_("who is in it"))
    def people_names(self, room: Room) -> str:
        inside = Membership.objects.filter(room=room).select_related("user").order_by("joined_at", "pk")[:NAMES_SHOWN]
        names = ", ".join(f"{one.user.username} ({one.get_role_display()})" for one in inside)
        more = room.member_count - NAMES_SHOWN
        return names + (ngettext(" and %(n)d more", " and %(n)d more", more) % {"n": more} if more > 0 else "")

    @admin.action(description=_("Archive the chosen rooms"), permissions=["archive"])
    def archive(self, request: HttpRequest, queryset: QuerySet[Room]) -> None:
        self.each(request, queryset, lambda room: moderation.archive_room(_admin(request), room.pk))

    @admin.action(description=_("Restore the chosen rooms"), permissions=["archive"])
    def restore(self, request: HttpRequest, queryset: QuerySet[Room]) -> None:
        self.each(request, queryset, lambda room: moderation.restore_room(_admin(request), room.pk))

    @admin.action(description=_("Delete the chosen rooms with all their messages…"), permissions=["end"])
    def delete_rooms(self, request: HttpRequest, queryset: QuerySet[Room]) -> HttpResponse | None:
        if "confirmed" not in request.POST:
            note = _("The rooms and every message in them go for good, for everybody.")
            return self.confirm(request, queryset, "delete_rooms", _("Delete these rooms"), note)
        self.each(request, list(queryset), lambda room: moderation.delete_room(_admin(request), room.pk))
        return None


def _admin(request: HttpRequest) -> Any:
    """Who acts; behind the administration's own door always a User."""
    return request.user


def _link(list_name: str, room: Room, count: int) -> str:
    return format_html('<a href="{}?room={}">{}</a>', reverse(f"admin:{list_name}_changelist"), room.pk, count)
