"""The pages of one's own account. (Password and e-mail address are allauth's, under the same tabs.)"""

from typing import Final

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.db.models import Case, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions
from accounts.browsers import describe
from accounts.forms import AvatarForm, DeleteAccountForm, ProfileForm
from accounts.views.farewell import farewell
from accounts.views.me import me
from talkwave.errors import Refused
from talkwave.web.failures import come_again
from talkwave.web.ratelimit import Buckets

_YEAR: Final = 365 * 86_400
# The list of sessions shows so many: each is looked up among those that live.
SESSIONS_LISTED: Final = 50
# Decoding a picture costs a good part of a second of a core.
_pictures: Final = Buckets(*settings.RATE_AVATARS, name="avatars")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """What one says about oneself, and how one likes this place to look."""
    form = ProfileForm(request.POST or None, user=me(request))
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                actions.change_profile(me(request), **form.cleaned_data)
            except Refused as refused:
                form.add_error(None, refused.detail)
                status = refused.status
            else:
                # Said on the next page, so in the language just chosen.
                with translation.override(form.cleaned_data["language"] or translation.get_language()):
                    messages.success(request, _("Saved."))
                response = redirect("profile")
                # The look of this device too: what is saved is what one sees.
                response.set_cookie(
                    "theme", form.cleaned_data["theme"], max_age=_YEAR, secure=settings.HTTPS, samesite="Lax"
                )
                return response
    return _profile_page(request, form=form, status=status)


@login_required
@require_POST
def avatar_change(request: HttpRequest) -> HttpResponse:
    """A new picture of oneself."""
    form = AvatarForm(request.POST, request.FILES)
    if not form.is_valid():
        return _profile_page(request, avatar_error=_("Choose a picture first."), status=400)
    try:
        if wait := _pictures.take(me(request).pk):
            raise Refused("rate_limited", _("Too many pictures in a row. Wait a minute."), retry_after=wait)
        picture = form.cleaned_data["picture"]
        actions.change_avatar(me(request), file=picture, size=picture.size)
    except Refused as refused:
        return come_again(_profile_page(request, avatar_error=refused.detail, status=refused.status), refused)
    messages.success(request, _("This is your picture now."))
    return redirect("profile")


@login_required
@require_POST
def avatar_remove(request: HttpRequest) -> HttpResponse:
    """Back to the generated picture."""
    actions.remove_avatar(me(request))
    messages.success(request, _("Your picture is removed."))
    return redirect("profile")


@login_required
@never_cache
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in: here, and then where one was seen last."""
    here = request.session.session_key
    mine = UserSession.objects.filter(user=me(request))
    latest = mine.order_by(Case(When(session_key=here, then=0), default=1), "-last_seen_at")[:SESSIONS_LISTED]
    # Sessions that ended by themselves leave the list when it is looked at.
    listed = [session for session in latest if not session.purge()]
    context = {
        "entries": [
            {"session": session, "browser": describe(session.user_agent), "is_here": session.session_key == here}
            for session in listed
        ],
        "more": mine.count() - len(listed),
    }
    return render(request, "accounts/sessions.html", context)


@login_required
@require_POST
def session_end(request: HttpRequest) -> HttpResponse:
    """Signs out one session (`session`: its number in the list), or all but this one."""
    if "session" not in request.POST:
        ended = actions.end_other_sessions(me(request), keep=request.session.session_key)
        message = ngettext("Signed out in %(n)d other place.", "Signed out in %(n)d other places.", ended)
        messages.success(request, message % {"n": ended})
        return redirect("sessions")
    try:
        actions.end_session(me(request), request.POST["session"])
    except Refused as refused:
        messages.error(request, refused.detail)
    else:
        messages.success(request, _("Signed out there."))
    return redirect("sessions")


@login_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def account_delete(request: HttpRequest) -> HttpResponse:
    """The end of an account, once its owner has typed its name and password."""
    form = DeleteAccountForm(request.POST or None, user=me(request))
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                actions.delete_account(me(request), me(request))
            except Refused as refused:
                form.add_error(None, refused.detail)
                status = refused.status
            else:
                logout(request)
                return farewell(request, "left", status=200)
    return render(request, "accounts/delete.html", {"form": form}, status=status)


def _profile_page(
    request: HttpRequest, *, form: ProfileForm | None = None, avatar_error: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "form": form or ProfileForm(user=me(request)),
        "avatar_form": AvatarForm(),
        "avatar_error": avatar_error,
        "avatar_max_bytes": settings.AVATAR_MAX_BYTES,
    }
    return render(request, "accounts/profile.html", context, status=status)
