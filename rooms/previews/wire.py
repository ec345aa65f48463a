"""A link's card as the wire shows it (docs/protocol.md)."""

from typing import Any

from rooms.models import Preview


def preview_wire(preview: Preview) -> dict[str, Any]:
    """What stands under a message where a link leads. `preview.is_shown`."""
    card = preview.card
    assert card is not None
    image = None
    if card.image:
        image = {"url": f"/previews/{preview.pk}/picture", "width": card.image_width, "height": card.image_height}
    return {
        "id": str(preview.pk),
        "url": preview.url,
        "title": card.title,
        "description": card.description,
        "site": card.site,
        "image": image,
    }
