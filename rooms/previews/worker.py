"""What the worker does for previews: takes links that are due, looks at them side by side, shows what it found.

A link is taken by moving its `due_at` on: a worker that dies in the middle leaves it to be taken again.
"""

import logging
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from rooms.actions.previews import settle_preview
from rooms.models import LinkCard, Preview
from rooms.previews.looking import Look, look
from talkwave.web.fetching import Network

log = logging.getLogger(__name__)

# Where their pictures are, in the storage of uploads.
FOLDER = "previews"
# While a page is waited for, how often it is seen whether further links became due.
_GLANCE_SECONDS = 0.25
# Taken in one go of the chore: where links come without end, the worker still gets to hear that it is to stop.
_TAKEN_MOST = 50


def look_at_links(network: Network | None = None) -> bool:
    """Looks at what is due, side by side. Each card is shown as soon as it is there, and what becomes due meanwhile is
    taken along: a slow site holds up no other. True where there may be more. `network`: for tests, as
    talkwave.web.fetching takes it.
    """
    if not settings.LINK_PREVIEWS:
        return False
    looks: dict[str, tuple[Future[Look], list[Preview]]] = {}
    count = 0
    with ThreadPoolExecutor(settings.PREVIEW_FETCHES, thread_name_prefix="preview") as threads:
        while True:
            taken = _take(min(settings.PREVIEW_FETCHES - len(looks), _TAKEN_MOST - count))
            count += len(taken)
            cards = _known({preview.digest for preview in taken})
            for preview in taken:
                if card := cards.get(preview.digest):
                    settle_preview(preview.pk, card)
                elif preview.digest in looks:
                    looks[preview.digest][1].append(preview)
                else:
                    looks[preview.digest] = (threads.submit(look, preview.url, network), [preview])
            if not looks:
                return count > 0
            wait([future for future, _ in looks.values()], timeout=_GLANCE_SECONDS, return_when=FIRST_COMPLETED)
            for digest in [digest for digest, (future, _) in looks.items() if future.done()]:
                future, previews = looks.pop(digest)
                _settle(previews, future.result())


def _settle(previews: list[Preview], seen: Look) -> None:
    """What was seen of one page, for all who wait for it."""
    card = None
    for preview in previews:
        if seen.again and preview.attempts < settings.PREVIEW_ATTEMPTS:
            _later(preview)
            continue
        card = card or _keep(preview, seen)
        settle_preview(preview.pk, card)


def _take(most: int) -> list[Preview]:
    """The longest due ones, which no other worker has in hand; they are ours for PREVIEW_CLAIM_SECONDS."""
    now = timezone.now()
    due = Preview.objects.filter(settled_at=None, due_at__lte=now).select_related(None).order_by("due_at", "pk")
    if not most or not due.exists():
        # Asked every second: it must not take the one writer's place (SQLite) for nothing.
        return []
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        taken = list(due[:most])
        Preview.objects.filter(pk__in=[preview.pk for preview in taken]).update(
            due_at=now + timedelta(seconds=settings.PREVIEW_CLAIM_SECONDS), attempts=F("attempts") + 1
        )
    for preview in taken:
        preview.attempts += 1
    return taken


def _known(digests: Iterable[str]) -> dict[str, LinkCard]:
    """Cards of pages that were looked at lately; what could not be had is asked for again sooner."""
    now = timezone.now()
    fresh = LinkCard.objects.filter(
        digest__in=list(digests), fetched_at__gt=now - timedelta(days=settings.PREVIEW_DAYS)
    ).order_by("fetched_at")
    failed = now - timedelta(minutes=settings.PREVIEW_FAILED_MINUTES)
    return {card.digest: card for card in fresh if not card.is_empty or card.fetched_at > failed}


def _later(preview: Preview) -> None:
    """The failure may pass: tried again after a while."""
    waits = settings.PREVIEW_RETRY_SECONDS
    seconds = waits[min(preview.attempts, len(waits)) - 1]
    Preview.objects.filter(pk=preview.pk).update(due_at=timezone.now() + timedelta(seconds=seconds))


def _keep(preview: Preview, seen: Look) -> LinkCard:
    """Stores what was found: the picture first, so that no card ever names one that is not there."""
    card = LinkCard(digest=preview.digest, url=preview.url)
    if seen.reason:
        # The address itself stays out of the log: it may be somebody's secret.
        log.info("no preview for preview %d: %s", preview.pk, seen.reason)
    else:
        card.title, card.description, card.site = seen.described.title, seen.described.description, seen.described.site
        if seen.picture is not None:
            card.image = default_storage.save(f"{FOLDER}/{card.digest[:24]}.webp", ContentFile(seen.picture.webp))
            card.image_width, card.image_height = seen.picture.width, seen.picture.height
    card.save()
    return card
