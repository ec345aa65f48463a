"""The administration of people. What it changes, it changes by the same actions as everything else."""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.views.generic import RedirectView

from accounts.admin.groups import GroupAdmin
from accounts.admin.people import PersonAdmin
from accounts.admin.tokens import ApiTokenAdmin
from accounts.models import ApiToken, User

# One door: the sign-in page with its limits, not the administration's own, which has none.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# One page to change a password too: it keeps this session and closes the others with their sockets.
admin.site.password_change = RedirectView.as_view(pattern_name="account_change_password")  # type: ignore[assignment,method-assign]

# allauth's list of sessions shows their keys, which are as good as passwords, and ends them without their sockets. With its
# list of addresses staff could call their own one an administrator's, and have a new password sent there.
for model in (UserSession, EmailAddress, Group):
    if admin.site.is_registered(model):
        admin.site.unregister(model)

admin.site.register(Group, GroupAdmin)
admin.site.register(User, PersonAdmin)
admin.site.register(ApiToken, ApiTokenAdmin)
