"""Uploaded pictures: what comes in, what is refused, and what goes out."""

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from accounts.pictures import SIDE, small_picture
from talkwave.errors import Refused


def encoded(kind: str, size: tuple[int, int] = (80, 50), mode: str = "RGB", **options: Any) -> bytes:
    out = BytesIO()
    Image.new(mode, size, options.pop("colour", "teal")).save(out, kind, **options)
    return out.getvalue()


def small(data: bytes) -> Image.Image:
    return Image.open(BytesIO(small_picture(BytesIO(data), size=len(data))))


def png_claiming(width: int, height: int) -> bytes:
    """A few bytes of PNG that say they are very large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "L"), ("PNG", "I;16"), ("JPEG", "RGB"), ("JPEG", "CMYK"), ("WEBP", "RGBA"), ("GIF", "P")],
)  # fmt: skip
def test_every_kind_becomes_a_small_square_webp(kind: str, mode: str) -> None:
    colour = 0 if mode in ("P", "L", "I;16") else "teal"
    picture = small(encoded(kind, mode=mode, colour=colour))
    assert (picture.format, picture.size) == ("WEBP", (SIDE, SIDE))


def test_a_picture_taken_sideways_stands_upright_and_says_nothing_of_where() -> None:
    image = Image.new("RGB", (80, 40), "red")
    image.paste("blue", (0, 0, 40, 40))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    out = BytesIO()
    image.save(out, "JPEG", exif=exif, comment=b"secret", quality=95)
    made = small_picture(BytesIO(out.getvalue()), size=len(out.getvalue()))
    picture = Image.open(BytesIO(made)).convert("RGB")
    top, bottom = picture.getpixel((128, 10)), picture.getpixel((128, 245))
    assert top[2] > 150 > top[0] and bottom[0] > 150 > bottom[2]
    assert not Image.open(BytesIO(made)).getexif() and b"ecret" not in made and b"EXIF" not in made


def test_of_a_moving_picture_the_first_frame_stays() -> None:
    frames = [Image.new("RGB", (60, 60), colour) for colour in ("red", "blue", "lime")]
    for kind in ("GIF", "WEBP", "PNG"):
        out = BytesIO()
        frames[0].save(out, kind, save_all=True, append_images=frames[1:])
        picture = small(out.getvalue())
        assert getattr(picture, "n_frames", 1) == 1
        assert picture.convert("RGB").getpixel((128, 128))[0] > 200


def test_the_middle_of_a_wide_picture_is_kept() -> None:
    image = Image.new("RGB", (300, 100), "red")
    image.paste("blue", (100, 0, 200, 100))
    out = BytesIO()
    image.save(out, "PNG")
    picture = small(out.getvalue()).convert("RGB")
    assert all(picture.getpixel(at)[2] > 200 for at in ((8, 8), (247, 247)))


HOSTILE = {
    "nothing": b"",
    "text": b"not a picture at all",
    "html": b"<html><script>alert(1)</script></html>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "pdf": b"%PDF-1.7\n1 0 obj\n",
    "zip": b"PK\x03\x04" + b"\0" * 60,
    "bmp": encoded("BMP"),
    "tiff": encoded("TIFF"),
    "ico": encoded("ICO", (32, 32)),
    "cut short png": encoded("PNG", (400, 400))[:200],
    "cut short jpeg": encoded("JPEG", (400, 400))[:300],
    "cut short webp": encoded("WEBP", (400, 400))[:60],
    "cut short gif": encoded("GIF", (400, 400), "P", colour=0)[:40],
    "no pixels": png_claiming(0, 0),
    "png of lies": png_claiming(500, 500),
    "gif of noise": b"GIF89a" + bytes(range(256)) * 4,
    "jpeg of noise": b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4,
    "webp of noise": b"RIFF\x24\0\0\0WEBPVP8 " + bytes(range(256)),
    "polyglot": b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_picture_is_refused_in_one_sentence(name: str) -> None:
    with pytest.raises(Refused) as refused:
        small(HOSTILE[name])
    assert refused.value.code == "bad_request" and "cannot be read as a picture" in refused.value.detail


@pytest.mark.parametrize("side", [7_000, 30_000, 2**31 - 1])
def test_a_bomb_is_refused_before_a_pixel_is_decoded(side: int) -> None:
    with pytest.raises(Refused) as refused:
        small(png_claiming(side, side))
    assert "pixels" in refused.value.detail or "cannot be read" in refused.value.detail
    assert refused.value.status in (400, 413)


def test_a_frame_larger_than_the_picture_said_is_refused(settings: Any) -> None:
    settings.AVATAR_MAX_PIXELS = 10_000
    gif = bytearray(encoded("GIF", (200, 200), "P", colour=0))
    gif[6:10] = struct.pack("<HH", 10, 10)  # the screen; the frame stays 200 by 200
    with pytest.raises(Refused) as refused:
        small(bytes(gif))
    assert refused.value.code == "too_long"


def test_a_file_over_the_limit_is_not_even_opened(settings: Any) -> None:
    class Unread(BytesIO):
        def read(self, *args: Any) -> bytes:
            raise AssertionError("was read")

    with pytest.raises(Refused) as refused:
        small_picture(Unread(), size=settings.AVATAR_MAX_BYTES + 1)
    assert refused.value.code == "too_long" and "5.0" in refused.value.detail
