"""Small, clean pictures out of whatever somebody sent. Runs in the process of child.py alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, Final

from PIL import Image, ImageOps

from talkwave.apart.refusals import FileRefused

# Nothing else is even looked at: every further decoder is one more that a hostile file may find a hole in.
FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF")


@contextmanager
def opened(data: bytes) -> Iterator[Image.Image]:
    """The picture these bytes are; its pixels are counted by whoever takes it. Raises FileRefused, also within."""
    Image.MAX_IMAGE_PIXELS = None  # ours are the limits, and they refuse instead of warning
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            yield image
    except (FileRefused, MemoryError):
        raise
    except Exception as error:
        # A broken file makes decoders raise whatever they like, SyntaxError and struct.error among it.
        raise FileRefused("damaged") from error


def load(image: Image.Image, *, side: int, most_pixels: int) -> Image.Image:
    """The picture upright and decoded, of a JPEG at a size not much above `side`. Raises FileRefused."""
    require_pixels(image, most_pixels)
    # JPEG alone: decoded smaller at once, a fraction of the memory.
    image.draft("RGB", (2 * side, 2 * side))
    image.load()
    require_pixels(image, most_pixels)  # a GIF's frame may be larger than it said
    upright = ImageOps.exif_transpose(image)
    return upright.convert("RGBA" if "A" in upright.getbands() or "transparency" in upright.info else "RGB")


def require_pixels(image: Image.Image, most: int) -> None:
    if image.width * image.height > most:
        raise FileRefused("pixels")


def clean(image: Image.Image) -> Image.Image:
    """A fresh image: no EXIF, no comments, no colour profile comes along."""
    fresh = Image.new(image.mode, image.size)
    fresh.paste(image)
    return fresh


def as_webp(image: Image.Image, **options: Any) -> bytes:
    """The bytes of it, with nothing but its looks."""
    out = BytesIO()
    clean(image).save(out, "WEBP", **options)
    return out.getvalue()
