"""What the worker does for previews: takes links that are due, looks at them side by side, shows what it found.

A link is taken by moving its `due_at` on: a worker that dies in the middle leaves it to be taken again.
"""

import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
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


def look_at_links(network: Network | None = None) -> bool:
    """Looks at what is due; True where there may be more. `network`: for tests, as talkwave.web.fetching takes it."""
    if not settings.LINK_PREVIEWS:
        return False
    taken = _take(settings.PREVIEW_FETCHES)
    cards = _known({preview.digest for preview in taken})
    urls = {preview.digest: preview.url for preview in taken if preview.digest not in cards}
    looks: dict[str, Look] = {}
    if urls:
        with ThreadPoolExecutor(len(urls), thread_name_prefix="preview") as threads:
            looks = dict(zip(urls, threads.map(lambda url: look(url, network), urls.values()), strict=True))
    for preview in taken:
        card = cards.get(preview.digest)
        if card is None:
            seen = looks[preview.digest]
            if seen.again and preview.attempts < settings.PREVIEW_ATTEMPTS:
                _later(preview)
                continue
            card = cards[preview.digest] = _keep(preview, seen)
        settle_preview(preview.pk, card)
    return bool(taken)


def _take(most: int) -> list[Preview]:
    """The longest due ones, which no other worker has in hand; they are ours for PREVIEW_CLAIM_SECONDS."""
    now = timezone.now()
    due = Preview.objects.filter(settled_at=None, due_at__lte=now).select_related(None).order_by("due_at", "pk")
    if not due.exists():
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
    wait = waits[min(preview.attempts, len(waits)) - 1]
    Preview.objects.filter(pk=preview.pk).update(due_at=timezone.now() + timedelta(seconds=wait))


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
