"""Who reacted to a message."""

from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse

from rooms import access, limits
from rooms.models import Reaction
from rooms.views.answers import door, person

# So many are named; who more there are is a number.
_NAMED_MOST: Final = 50


@door("GET")
def reactions_json(request: HttpRequest, message_id: int) -> HttpResponse:
    """`?emoji=`: the names of those who reacted with it, the first of them, and how many they are.

    Without it `mine`, the emoji the reader reacted with: a message names no more than the first of many.
    """
    user = person(request)
    limits.spend(limits.looking_up, user)
    message, _seat = access.message_for(user, message_id)
    if message.deleted_at is not None:
        raise access.not_found()
    if "emoji" not in request.GET:
        mine = Reaction.objects.filter(message=message, user=user).order_by("pk").values_list("emoji", flat=True)
        return JsonResponse({"mine": list(mine)})
    rows = Reaction.objects.filter(message=message, emoji=request.GET["emoji"])
    people = [
        {"id": str(row.user_id), "name": row.user.name}
        for row in rows.select_related("user").order_by("pk")[:_NAMED_MOST]
    ]
    return JsonResponse({"people": people, "count": rows.count()})
