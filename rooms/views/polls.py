"""Voting, and ending a poll."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from rooms import limits
from rooms.actions import polls
from rooms.views.answers import done, door, person
from rooms.wire import message_wire


@door("GET", "POST")
def vote(request: HttpRequest, message_id: int) -> HttpResponse:
    """GET: which answers I chose, which an anonymous poll tells nobody else; `?option=`: who chose that one.

    POST: `options`, my choice from now on.
    """
    user = person(request)
    if request.method == "GET":
        if "option" in request.GET:
            limits.spend(limits.looking_up, user)
            people, count = polls.voters_of(user, message_id, request.GET["option"])
            return JsonResponse({"people": [{"id": str(one.pk), "name": one.name} for one in people], "count": count})
        return JsonResponse({"options": polls.votes_of(user, message_id)})
    limits.spend(limits.reacting, user)
    message = polls.vote(user, message_id, request.POST.getlist("options"))
    address = reverse("message", args=[message.room_id, message.pk])
    return done(request, address, message=message_wire(message, reader_id=user.pk))


@door("POST")
def close(request: HttpRequest, message_id: int) -> HttpResponse:
    """Nobody votes any more."""
    user = person(request)
    message = polls.close_poll(user, message_id)
    address = reverse("message", args=[message.room_id, message.pk])
    return done(request, address, message=message_wire(message, reader_id=user.pk))
