"""The administration of rooms and what is in them: looked at here, changed only by actions, each act logged."""

from django.conf import settings
from django.contrib import admin
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from rooms.admin.audit import AuditEntryAdmin
from rooms.admin.emoji import OwnEmojiAdmin
from rooms.admin.memberships import MembershipAdmin
from rooms.admin.messages import MessageAdmin
from rooms.admin.rooms import RoomAdmin
from rooms.models import AuditEntry, Membership, Message, OwnEmoji, Room

admin.site.site_title = settings.SITE_NAME
admin.site.site_header = format_lazy("{name} · {what}", name=settings.SITE_NAME, what=_("administration"))
admin.site.index_title = _("Overview")

admin.site.register(Room, RoomAdmin)
admin.site.register(Membership, MembershipAdmin)
admin.site.register(Message, MessageAdmin)
admin.site.register(OwnEmoji, OwnEmojiAdmin)
admin.site.register(AuditEntry, AuditEntryAdmin)
