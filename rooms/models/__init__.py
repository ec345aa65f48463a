from rooms.models.audit import AuditEntry
from rooms.models.drafts import WrittenDraft
from rooms.models.files import Attachment, FileKind, FileText, Upload
from rooms.models.keeping import Pin, Reminder, Saved, SavedState, Scheduled, ScheduledState
from rooms.models.life import DatabaseLife
from rooms.models.memberships import Membership, Notify, Role
from rooms.models.messages import DeletedText, LeftPlace, Mention, Message, MessageKind
from rooms.models.polls import Poll, PollOption, PollVote
from rooms.models.previews import LinkCard, Preview, url_digest
from rooms.models.reactions import OwnEmoji, Reaction
from rooms.models.revisions import Revision
from rooms.models.rooms import Kind, Room, direct_key, name_key
from rooms.models.search import SearchDocument, SearchMark
from rooms.models.threads import Thread, ThreadFollow

__all__ = [
    "Attachment", "AuditEntry", "DatabaseLife", "DeletedText", "FileKind", "FileText", "Kind", "LeftPlace", "LinkCard",
    "Membership", "Mention", "Message", "MessageKind", "Notify", "OwnEmoji", "Pin", "Poll", "PollOption", "PollVote", "Preview", "Reaction", "Reminder",
    "Revision", "Role", "Room", "Saved", "SavedState", "Scheduled", "ScheduledState",
    "SearchDocument", "SearchMark", "Thread", "ThreadFollow", "Upload", "WrittenDraft", "direct_key", "name_key", "url_digest",
]  # fmt: skip
