"""Whose request it is, where a door has made sure that it is somebody's."""

from django.http import HttpRequest

from accounts.models import User


def me(request: HttpRequest) -> User:
    """The person signed in; only behind `login_required` or the administration's own check."""
    assert isinstance(request.user, User)
    return request.user
