"""Groups: permissions given to several people at once."""

from typing import Any

from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.http import HttpRequest


class GroupAdmin(DjangoGroupAdmin):
    """As Django has it, and for administrators alone, like all powers: whoever may change the permissions of a group
    they are in may give themselves any."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission
