"""Draws a picture anew: upright, in sRGB, with nothing of the file it came from but its looks."""

import base64
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageCms, ImageOps

from talkwave.apart.refusals import FileRefused

# Nothing else is even looked at: every further decoder is one more that a hostile file may find a hole in.
FORMATS: Final = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
_MOVING: Final = ("PNG", "GIF", "WEBP", "AVIF")
THUMB_SIZE: Final = (720, 1440)
# A picture that is as small as its thumbnail would be, and as light, is its own.
_LIGHT_BYTES: Final = 150_000
_LARGE_PIXELS: Final = 8_000_000
_PLACEHOLDER_SIDE: Final = 16
_WEBP_SIDE_MOST: Final = 16_383
_TYPES: Final = {"JPEG": ("image/jpeg", "jpg"), "PNG": ("image/png", "png"), "WEBP": ("image/webp", "webp")}


def redraw(source: Path, folder: Path, *, most_pixels: int, most_moving: int) -> dict[str, Any]:
    """Writes `picture`, and where it is worth one `thumb`, into `folder`, and tells what they are.

    Pixels are counted before one is decoded; `most_moving` counts those of all frames of a moving picture.
    """
    Image.MAX_IMAGE_PIXELS = None  # ours is the limit, and it refuses instead of warning
    try:
        with Image.open(source, formats=FORMATS) as image:
            form = _form(image)
            _require(image, most_pixels * (4 if form == "JPEG" else 1))
            if form == "JPEG" and image.width * image.height > most_pixels:
                # Of a JPEG a half can be decoded as such: what large cameras take is not refused.
                image.draft(None, (image.width // 2, image.height // 2))
                _require(image, most_pixels)
            frames = getattr(image, "n_frames", 1) if form in _MOVING else 1
            if frames > 1:
                return _moving(image, folder, frames, most_moving)
            return _still(image, folder, most_pixels)
    except (FileRefused, MemoryError):
        raise
    except Exception as error:
        # A broken file makes decoders raise whatever they like, SyntaxError and struct.error among it.
        raise FileRefused("damaged") from error


def _form(image: Image.Image) -> str:
    """Its format. A JPEG with further pictures behind it (a smaller one, as many cameras add; depth) is its first one."""
    return "JPEG" if image.format == "MPO" else image.format or ""


def _still(image: Image.Image, folder: Path, most_pixels: int) -> dict[str, Any]:
    said = _form(image)
    image.load()
    _require(image, most_pixels)  # a GIF's frame may be larger than it said
    drawn = _plain(ImageOps.exif_transpose(image), palette=said in ("PNG", "GIF"))
    target = folder / "picture"
    # A large one takes an encoder's best many seconds, and somebody waits for it.
    is_large = drawn.width * drawn.height > _LARGE_PIXELS
    form = "JPEG" if said == "JPEG" else "WEBP" if said in ("WEBP", "AVIF") else "PNG"
    if form == "WEBP" and not _saved_as_webp(drawn, target, method=1 if is_large else 4):
        form = "PNG" if _has_alpha(drawn) else "JPEG"
    if form == "JPEG":
        drawn.save(target, form, quality=88, progressive=True, optimize=True)
    elif form == "PNG":
        drawn.save(target, form, compress_level=3 if is_large else 6)
    return {**_facts(drawn, folder, target, form), "animated": False}


def _saved_as_webp(drawn: Image.Image, target: Path, *, method: int) -> bool:
    """False where it holds more than that format can: too long a side, or too much detail in too many pixels."""
    if max(drawn.size) > _WEBP_SIDE_MOST:
        return False
    try:
        drawn.save(target, "WEBP", quality=90, method=method)
    except ValueError:
        return False
    return True


def _moving(image: Image.Image, folder: Path, count: int, most: int) -> dict[str, Any]:
    """Every moving picture becomes a moving WebP: one encoder, and a third of a GIF's bytes."""
    if max(image.size) > _WEBP_SIDE_MOST or image.width * image.height * count > most:
        raise FileRefused("moving")
    size = image.size
    loop = image.info.get("loop", 1 if image.format == "GIF" else 0)
    durations = []
    for number in range(count):
        image.seek(number)
        # Browsers take what is shorter than two hundredths for a tenth.
        duration = image.info.get("duration") or 0
        durations.append(max(20, min(60_000, int(duration))) if duration >= 20 else 100)
    image.seek(0)
    first = _plain(image, palette=False)
    target = folder / "picture"
    first.save(
        target, "WEBP", save_all=True, append_images=_frames(image, count, size), duration=durations,
        loop=int(loop) if 0 <= int(loop) < 65_536 else 0, quality=82, method=2,
    )  # fmt: skip
    return {**_facts(first, folder, target, "WEBP", always_thumb=True), "animated": True}


def _frames(image: Image.Image, count: int, size: tuple[int, int]) -> Iterator[Image.Image]:
    for number in range(1, count):
        image.seek(number)
        frame = _plain(image, palette=False)
        if frame.size != size:
            raise FileRefused("damaged")
        yield frame


def _facts(drawn: Image.Image, folder: Path, target: Path, form: str, *, always_thumb: bool = False) -> dict[str, Any]:
    small = drawn.convert("RGBA" if _has_alpha(drawn) else "RGB")
    small.thumbnail(THUMB_SIZE, Image.Resampling.LANCZOS)
    thumb = None
    if always_thumb or small.size != drawn.size or target.stat().st_size > _LIGHT_BYTES:
        thumb = "thumb"
        small.save(folder / thumb, "WEBP", quality=80, method=4)
    kind, ending = _TYPES[form]
    return {
        "type": kind,
        "ending": ending,
        "width": drawn.width,
        "height": drawn.height,
        "file": target.name,
        "thumb": thumb,
        "placeholder": _placeholder(small),
    }


def _placeholder(image: Image.Image) -> str:
    """A few dozen pixels as a data: address, to stand blurred where the picture will be."""
    tiny = image.copy()
    tiny.thumbnail((_PLACEHOLDER_SIDE, _PLACEHOLDER_SIDE), Image.Resampling.BOX)
    out = BytesIO()
    tiny.save(out, "WEBP", quality=40, method=4)
    return "data:image/webp;base64," + base64.b64encode(out.getvalue()).decode()


def _plain(image: Image.Image, *, palette: bool) -> Image.Image:
    """The bare pixels in a mode every encoder here takes; colours as sRGB says them."""
    profile = image.info.get("icc_profile")
    alpha = _has_alpha(image)
    if image.mode.startswith("I") or image.mode == "F":
        # 16 bits a pixel: their upper half, where converting would cut off all that is brighter.
        drawn = image.convert("I").point(lambda value: value / 256).convert("L")
    elif profile and image.mode in ("RGB", "RGBA", "CMYK", "L", "P"):
        drawn = _in_srgb(image, profile, "RGBA" if alpha else "RGB")
    elif palette and image.mode == "P" and not alpha:
        drawn = image.copy()
    elif image.mode in ("1", "L") and not alpha:
        drawn = image.convert("L")
    else:
        drawn = image.convert("RGBA" if alpha else "RGB")
    # No comment, profile or text comes along with what is left in `info`.
    drawn.info = {}
    return drawn


def _in_srgb(image: Image.Image, profile: bytes, mode: str) -> Image.Image:
    if image.mode == "P":
        image = image.convert(mode)
    try:
        drawn = ImageCms.profileToProfile(
            image, ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB"),
            outputMode=mode if image.mode != "CMYK" else "RGB",
        )  # fmt: skip
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image.convert(mode)  # a profile that fits nothing
    return drawn if drawn is not None else image.convert(mode)


def _has_alpha(image: Image.Image) -> bool:
    return "A" in image.getbands() or "transparency" in image.info


def _require(image: Image.Image, most: int) -> None:
    if image.width * image.height > most:
        raise FileRefused("pixels")
