"""The chores of this app (talkwave.work): what each is, and how often it looks without being woken."""

from rooms.actions.files import read_one
from rooms.actions.memberships import leave_what_is_left
from rooms.actions.reminders import tell_of_due
from rooms.actions.scheduled import send_due
from rooms.previews.worker import look_at_links
from rooms.search.index import index_new
from talkwave.work import chore

chore(every=1)(read_one)
chore(every=1)(look_at_links)
chore(every=2)(index_new)
# To the second, as people expect of a clock.
chore(every=1)(tell_of_due)
chore(every=1)(send_due)
chore(every=60)(leave_what_is_left)
