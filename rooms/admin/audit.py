"""What moderators and administrators did: read, never changed."""

from rooms.admin.looking import LookingAdmin


class AuditEntryAdmin(LookingAdmin):
    """The newest first."""

    list_display = ("at", "actor", "verb", "subject", "detail")
    list_filter = ("verb", "at")
    list_select_related = ("actor",)
    search_fields = ("subject", "detail", "verb", "actor__username_key")
    date_hierarchy = "at"
    fields = ("at", "actor", "verb", "subject", "detail")
