"""What people type about rooms; the rules themselves are the actions'."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from rooms.models import Kind


class RoomForm(forms.Form):
    """A new room, or the name and topic of one."""

    name = forms.CharField(label=_("Name"), max_length=settings.ROOM_NAME_MAX_LENGTH)
    topic = forms.CharField(
        label=_("Topic"),
        max_length=settings.ROOM_TOPIC_MAX_LENGTH,
        required=False,
        help_text=_("What is it about? You can change this later."),
    )
    kind = forms.ChoiceField(
        label=_("Who can find it"),
        choices=[
            (Kind.PUBLIC, _("Public: everybody here can find, read and join it")),
            (Kind.PRIVATE, _("Private: only those who are added see it")),
        ],
        initial=Kind.PUBLIC,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs.update({"autocomplete": "off", "dir": "auto"})
        self.fields["topic"].widget.attrs.update({"autocomplete": "off", "dir": "auto"})
