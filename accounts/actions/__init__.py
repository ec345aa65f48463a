"""Every change to a person, one function each. Views, allauth's adapter, the admin and commands call these."""

from accounts.actions.avatars import change_avatar, remove_avatar
from accounts.actions.cleanup import cleanup_accounts
from accounts.actions.leaving import delete_account
from accounts.actions.moderation import change_powers, restore, suspend
from accounts.actions.people import NewPerson, create_people, create_person
from accounts.actions.profile import change_profile
from accounts.actions.sessions import end_all_sessions, end_other_sessions, end_session
from accounts.actions.tokens import create_token, create_tokens, revoke_token

__all__ = [
    "NewPerson",
    "change_avatar",
    "change_powers",
    "change_profile",
    "cleanup_accounts",
    "create_people",
    "create_person",
    "create_token",
    "create_tokens",
    "delete_account",
    "end_all_sessions",
    "end_other_sessions",
    "end_session",
    "remove_avatar",
    "restore",
    "revoke_token",
    "suspend",
]
