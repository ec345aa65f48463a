from rooms.models.audit import AuditEntry
from rooms.models.life import DatabaseLife
from rooms.models.memberships import Membership, Notify, Role
from rooms.models.messages import DeletedText, Mention, Message, MessageKind
from rooms.models.rooms import Kind, Room, direct_key, name_key
from rooms.models.threads import Thread, ThreadFollow

__all__ = [
    "AuditEntry", "DatabaseLife", "DeletedText", "Kind", "Membership", "Mention", "Message", "MessageKind",
    "Notify", "Role", "Room", "Thread", "ThreadFollow", "direct_key", "name_key",
]  # fmt: skip
