"""Draws emoji, and pictures of links. Runs in a process of its own alone (talkwave.apart)."""

from io import BytesIO
from itertools import islice
from typing import Any, Final

from PIL import Image, ImageOps, ImageSequence

from talkwave.apart.pictures import as_webp, clean, load, opened, require_pixels
from talkwave.apart.refusals import FileRefused

_FRAMES_MOST: Final = 120
# Decoded pixels of all frames together: what a second of one core can do.
_PIXELS_MOST: Final = 40_000_000
_BYTES_MOST: Final = 512 * 1024
# A frame that says it lasts no time at all is shown as long as browsers show it.
_FRAME_MS: Final = 100
# Of a link, smaller ones are counters and spacers.
_LEAST_SIDE: Final = 16


def emoji(order: dict[str, Any]) -> dict[str, Any]:
    """A WebP of at most `side` by `side`, whole; what moves goes on moving."""
    with opened(order["data"]) as image:
        made = _emoji(image, order["side"])
    if len(made) > _BYTES_MOST:
        raise FileRefused("pixels")
    return {"data": made}


def _emoji(image: Image.Image, side: int) -> bytes:
    # What stands behind a camera's JPEG (MPO) is no next frame of it.
    count = 1 if image.format == "MPO" else getattr(image, "n_frames", 1)
    # Before a single pixel is decoded.
    if count > _FRAMES_MOST:
        raise FileRefused("pixels")
    require_pixels(image, _PIXELS_MOST // count)
    frames, times = [], []
    for frame in islice(ImageSequence.Iterator(image), count):
        frame.load()
        require_pixels(frame, _PIXELS_MOST // count)  # a frame may be larger than the file said
        times.append(int(frame.info.get("duration") or _FRAME_MS))
        upright = ImageOps.exif_transpose(frame).convert("RGBA")
        upright.thumbnail((side, side), Image.Resampling.LANCZOS)
        frames.append(clean(upright))
    if len(frames) == 1:
        return as_webp(frames[0], quality=90, method=4)
    out = BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], duration=times, loop=0, quality=80, method=2)
    return out.getvalue()


def preview(order: dict[str, Any]) -> dict[str, Any]:
    """A WebP at most `side` wide and high, upright."""
    side: int = order["side"]
    with opened(order["data"]) as image:
        if min(image.size) < _LEAST_SIDE:
            raise FileRefused("pixels")
        drawn = load(image, side=side, most_pixels=order["most_pixels"])
        drawn.thumbnail((side, side), Image.Resampling.LANCZOS)
        return {"data": as_webp(drawn, quality=82, method=4), "width": drawn.width, "height": drawn.height}
