"""What accounts tells the apps above it, which it may not import. All are sent inside the transaction of the change."""

from django.dispatch import Signal

# user: an account is being deleted; whoever knows the person lets go of them now, or after the commit where that takes long.
account_deleted = Signal()
# actor (None: an operator at a terminal), verb, subject, detail: an act of moderation, to be kept in the log.
moderated = Signal()
