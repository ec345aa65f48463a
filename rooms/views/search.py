"""The page of search: as a page, in the side pane, and as JSON. Its address can be shared: each reader finds what is theirs."""

from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone

from accounts.wire import person as person_wire
from rooms import access, limits
from rooms.models import Message
from rooms.search.find import Hit, Results, search
from rooms.search.plan import in_room
from rooms.search.query import TYPED_MOST, Part, written
from rooms.views.answers import door, number, person, show, wants_fragment, wants_json
from rooms.wire import when


@door("GET")
def search_page(request: HttpRequest) -> HttpResponse:
    """What `?q=` finds, a page of it, the newest first; `?before=` goes on. With nothing asked: how one can ask."""
    user = person(request)
    typed = request.GET.get("q", "")[:TYPED_MOST].replace("\x00", "").strip()
    before = number(request, "before")
    if typed:
        limits.spend(limits.searching, user)
    elif (room_id := request.GET.get("room")) is not None:
        # From a room's head: the field is filled, nothing is looked for yet.
        return _show(request, search(user, ""), before, in_room(user, access.room_for(user, room_id).room))
    return _show(request, search(user, typed, before=before), before, typed)


def _show(request: HttpRequest, results: Results, before: int | None, typed: str) -> HttpResponse:
    parts = [chip.part for chip in results.plan.chips]
    context = {
        "q": typed,
        "words": written([part for part in parts if not part.is_operator]),
        "chips": [_chip(results, place) for place in range(len(parts))],
        "hits": [_hit(hit, parts) for hit in results.hits],
        "backlog": results.backlog,
        "older": _address(typed, results.older) if results.older is not None else "",
        "is_first": before is None,
        "searched": results.plan.asks,
        "unasked": bool(typed) and "room" not in request.GET,
        "typed_most": TYPED_MOST,
        "place": "side" if wants_fragment(request, "side") else "page",
    }
    if wants_json(request):
        return JsonResponse(_as_json(results, context))
    return show(request, "search", context, fragment="side")


def _address(typed: str, before: int | None = None) -> str:
    fields = {"q": typed, **({"before": before} if before is not None else {})}
    return f"{reverse('search')}?{urlencode(fields)}"


def _chip(results: Results, place: int) -> dict[str, Any]:
    """A part, what it was understood as, and the address of the same search without it."""
    chips = results.plan.chips
    others = [chip.part for at, chip in enumerate(chips) if at != place]
    chip = chips[place]
    return {
        "text": str(chip.part),
        "kind": chip.part.kind,
        "is_operator": chip.part.is_operator,
        "negated": chip.part.negated,
        "label": chip.label,
        "problem": chip.problem,
        "without": _address(written(others)),
    }


def _hit(hit: Hit, parts: list[Part]) -> dict[str, Any]:
    message, context = hit.message, hit.context
    found = written([part for part in parts if not part.is_operator and not part.negated])
    fields = urlencode({"at": message.seq, "find": found})
    return {
        "id": str(message.pk),
        "room": {"id": str(hit.room.pk), "kind": hit.room.kind, "title": hit.title},
        "archived": hit.room.archived_at is not None,
        "seq": message.seq,
        "sender": person_wire(message.sender),
        "at": message.created_at,
        "day": timezone.localdate(message.created_at),
        "pieces": [{"text": piece.text, "found": piece.found} for piece in hit.pieces],
        "file": hit.file,
        "files": list(hit.files),
        "thread": message.thread_id is not None,
        "context": _before(context, hit.context_text) if context and hit.context_text else None,
        "url": f"{_place(message)}?{fields}",
        "in_thread": not message.in_room,
    }


def _before(message: Message, text: str) -> dict[str, str]:
    return {"id": str(message.pk), "sender": message.sender.name, "text": text}


def _place(message: Message) -> str:
    if message.in_room or message.thread_id is None:
        return reverse("room", args=[message.room_id])
    return reverse("room_thread", args=[message.room_id, message.thread_id])


def _as_json(results: Results, context: dict[str, Any]) -> dict[str, Any]:
    return {
        "q": context["q"],
        "parts": context["chips"],
        "results": [{**hit, "at": when(hit["at"]), "day": str(hit["day"])} for hit in context["hits"]],
        "before": None if results.older is None else str(results.older),
        "backlog": asdict(results.backlog) if results.backlog else None,
    }
