"""What all lists here have in common: they are read, not edited, and stay quick over a million rows."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import InvalidPage
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rooms.models import Room
from talkwave.errors import Refused

# Rows are counted up to here: nobody turns to page 100, and counting a million costs as much as reading them.
COUNTED_MOST: Final = 5_000


class QuickChangeList(ChangeList):
    """Looks through the table once, for the keys of all rows that count; then fetches one page of them by key.

    Django's own looks twice (the count, the rows), which over a million messages is seconds for a rare word.
    """

    def get_results(self, request: HttpRequest) -> None:
        keys: Any = list(self.queryset.values_list("pk", flat=True)[:COUNTED_MOST])
        paginator = self.model_admin.get_paginator(request, keys, self.list_per_page)
        try:
            wanted = paginator.page(self.page_num).object_list
        except InvalidPage:
            raise IncorrectLookupParameters from None
        found = self.apply_select_related(self.root_queryset.filter(pk__in=wanted)).in_bulk()
        self.result_list: Any = [found[key] for key in wanted if key in found]
        self.result_count = len(keys)
        self.full_result_count = None
        self.show_full_result_count = False
        self.show_admin_actions = True
        self.can_show_all = False
        self.multi_page = len(keys) > self.list_per_page
        self.paginator = paginator


class LookingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A list and a page to read. Nothing can be edited: that would pass by versions, events and the log."""

    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 0

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return QuickChangeList

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def response_action(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse | None:
        # "All of them" would be all that was found, counted or not: a slip of the hand over a million messages.
        if request.POST.get("select_across") == "1":
            self.message_user(request, _("Choose among the rows of one page at a time."), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        return super().response_action(request, *args, **kwargs)

    def words_for(self, row: Any) -> str:
        """How a row is called where somebody is asked about it."""
        return str(row)

    def each(self, request: HttpRequest, rows: Iterable[Model], act: Callable[[Any], object]) -> None:
        """Does `act` for each row; says what was refused, and how many were done."""
        done = 0
        for row in rows:
            try:
                # An action that finds nothing to do says False.
                done += act(row) is not False
            except Refused as refusal:
                self.message_user(request, f"{row}: {refusal.detail}", messages.ERROR)
        if done:
            self.message_user(request, ngettext("Done for %(n)d.", "Done for %(n)d.", done) % {"n": done})
        else:
            self.message_user(request, _("There was nothing to do."), messages.WARNING)

    def confirm(self, request: HttpRequest, rows: QuerySet[Any], action: str, title: Any, note: Any) -> HttpResponse:
        """The page that asks before something that cannot be undone."""
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "note": note,
            "opts": self.model._meta,
            "rows": [(row.pk, self.words_for(row)) for row in rows],
            "action": action,
            "checkbox_name": helpers.ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "rooms/admin/confirm.html", context)


class RoomFilter(admin.SimpleListFilter):
    """One room: the one that was chosen on its page, or one of the liveliest. Never a list of all."""

    title = _("room")
    parameter_name = "room"
    OFFERED: Final = 10

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rooms = list(Room.objects.exclude(name="").order_by("-last_seq")[: self.OFFERED])
        chosen = self._chosen()
        if chosen is not None and chosen not in {room.pk for room in rooms}:
            rooms = [*Room.objects.filter(pk=chosen), *rooms]
        return [(str(room.pk), str(room)) for room in rooms]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        chosen = self._chosen()
        return queryset.none() if chosen is None else queryset.filter(room=chosen)

    def _chosen(self) -> int | None:
        given = self.value() or ""
        return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
