"""Draws pictures of people. Runs in a process of its own alone (talkwave.apart)."""

from typing import Any

from PIL import Image, ImageOps

from talkwave.apart.pictures import as_webp, load, opened


def avatar(order: dict[str, Any]) -> dict[str, Any]:
    """A WebP of `side` by `side`, upright, cut to its middle."""
    side: int = order["side"]
    with opened(order["data"]) as image:
        drawn = load(image, side=side, most_pixels=order["most_pixels"])
        return {"data": as_webp(ImageOps.fit(drawn, (side, side), Image.Resampling.LANCZOS), quality=86, method=4)}
