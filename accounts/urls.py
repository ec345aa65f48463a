"""Addresses of people and of one's own account. Sign-in, password and e-mail address are allauth's, under /accounts/."""

from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView

from accounts.views import people, settings

urlpatterns: list[URLPattern | URLResolver] = [
    path("people/<int:user_id>/", people.person, name="person"),
    path("people/<int:user_id>/avatar", people.avatar, name="avatar"),
    path("settings/", RedirectView.as_view(pattern_name="profile"), name="settings"),
    path("settings/profile/", settings.profile, name="profile"),
    path("settings/profile/picture/", settings.avatar_change, name="avatar_change"),
    path("settings/profile/picture/remove/", settings.avatar_remove, name="avatar_remove"),
    path("settings/sessions/", settings.sessions, name="sessions"),
    path("settings/sessions/end/", settings.session_end, name="session_end"),
    path("settings/delete/", settings.account_delete, name="account_delete"),
    # One list of sessions, ours: allauth's stands behind it (talkwave/urls.py puts this first).
    path("accounts/sessions/", RedirectView.as_view(pattern_name="sessions"), name="usersessions_list"),
]
