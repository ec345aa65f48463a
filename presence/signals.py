"""What presence says; it does not know who wants to hear it."""

from django.dispatch import Signal

# user_id: int, state: "active" | "idle" | "offline", since: aware datetime. Sent on the event loop of a server process.
presence_changed = Signal()
