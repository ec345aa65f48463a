"""Messages: found, read, deleted. Nobody's words are ever changed here."""

from typing import Any, Final

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.defaultfilters import filesizeformat
from django.urls import path, reverse
from django.utils.html import format_html_join
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rooms import access
from rooms.actions import moderation
from rooms.admin.looking import LookingAdmin, RoomFilter
from rooms.models import DeletedText, Message
from rooms.views.delivery import Delivered, deliver
from talkwave.errors import Refused

# Words have no index: a search reads every message, so it reads so many.
SEARCHED_MOST: Final = 200_000


class DeletedFilter(admin.SimpleListFilter):
    """Through the table of kept words, which is small: the messages themselves have no index for this."""

    title = _("deleted")
    parameter_name = "deleted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("kept", _("lately, words kept"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        kept = DeletedText.objects.values("pk")
        return queryset.filter(pk__in=kept) if self.value() == "kept" else queryset


class MessageAdmin(LookingAdmin):
    """The newest first. In one room they come by their place in it, which its index gives."""

    list_display = ("beginning", "sender", "room", "seq", "kind", "created_at", "edited_at", "deleted_at")
    list_display_links = ("beginning",)
    list_filter = (RoomFilter, "kind", DeletedFilter, "created_at")
    list_select_related = ("sender", "room")
    # Not by sender or room name: joined to a million rows, that costs seconds.
    search_fields = ("body", "=pk")
    search_help_text = _(
        "A message's words or number, among the latest 200,000; among all of a room where one is chosen at the side."
    )
    # Sorting by another column would sort a million rows.
    sortable_by = ()
    list_per_page = 100
    actions = ("delete_messages",)
    fields = (
        *("room", "seq", "sender", "kind", "body", "system", "created_at", "edited_at", "deleted_at"),
        *("deleted_words", "deleted_by", "file_names", "version", "changes"),
    )
    readonly_fields = ("deleted_words", "deleted_by", "file_names")

    def get_urls(self) -> list[Any]:
        look = self.admin_site.admin_view(self.file)
        return [path("file/<int:file_id>/", look, name="rooms_message_file"), *super().get_urls()]

    def file(self, request: HttpRequest, file_id: int) -> HttpResponseBase:
        """The bytes of a message's file, to be saved; those of a deleted one too, while they are kept."""
        user: Any = request.user
        try:
            file = access.kept_file_for(user, file_id)
            told = Delivered(stored=file.stored, size=file.size, type=file.type, name=file.name, inline=False)
            return deliver(request, told)
        except Refused as refusal:
            raise Http404(refusal.detail) from None

    def get_ordering(self, request: HttpRequest) -> Any:
        return ["-seq"] if RoomFilter.parameter_name in request.GET else ["-pk"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Message], search_term: str
    ) -> tuple[QuerySet[Message], bool]:
        found, duplicates = super().get_search_results(request, queryset, search_term)
        if search_term and RoomFilter.parameter_name not in request.GET:
            newest = Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            number = (
                int(search_term) if search_term.isascii() and search_term.isdigit() and len(search_term) < 19 else 0
            )
            found = found.filter(Q(pk__gt=newest - SEARCHED_MOST) | Q(pk=number))
        return found, duplicates

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if request.user.has_perm("rooms.view_deletedtext"):
            return self.fields
        return [field for field in self.fields if field not in self.readonly_fields]

    def has_wipe_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("rooms.delete_message")

    def words_for(self, row: Message) -> str:
        return f"{row.sender} · {row.room} · {self.beginning(row)}"

    @admin.display(description=_("message"))
    def beginning(self, message: Message) -> Any:
        if message.deleted_at is not None:
            return _("(deleted)")
        return Truncator(message.body).chars(80)

    @admin.display(description=_("what it said"), empty_value="")
    def deleted_words(self, message: Message) -> str | None:
        kept = getattr(message, "deleted_text", None)
        return kept.body if kept else None

    @admin.display(description=_("deleted by"))
    def deleted_by(self, message: Message) -> Any:
        kept = getattr(message, "deleted_text", None)
        return kept.deleted_by if kept else None

    @admin.display(description=_("files"), empty_value="")
    def file_names(self, message: Message) -> str | None:
        files = [
            (reverse("admin:rooms_message_file", args=[file.pk]), file.name, filesizeformat(file.size))
            for file in message.attachments.all()
        ]
        return format_html_join(", ", '<a href="{}">{}</a> ({})', files) or None

    @admin.action(description=_("Delete the chosen messages…"), permissions=["wipe"])
    def delete_messages(self, request: HttpRequest, queryset: QuerySet[Message]) -> HttpResponse | None:
        if "confirmed" not in request.POST:
            note = _("Readers see that a message was deleted. Its words are kept for moderators for a while.")
            return self.confirm(request, queryset, "delete_messages", _("Delete these messages"), note)
        actor: Any = request.user
        try:
            count = moderation.delete_messages(actor, queryset.values_list("pk", flat=True))
        except Refused as refusal:
            self.message_user(request, refusal.detail, messages.ERROR)
        else:
            said = ngettext("%(n)d message deleted.", "%(n)d messages deleted.", count) % {"n": count}
            self.message_user(request, said)
        return None
