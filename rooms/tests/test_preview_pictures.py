"""A picture from elsewhere becomes a small clean one, or none."""

import os
import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from rooms.previews.pictures import small_picture


def file(width: int, height: int, kind: str = "PNG", mode: str = "RGB", **options: Any) -> bytes:
    out = BytesIO()
    Image.new(mode, (width, height), "red" if mode == "RGB" else None).save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_large_picture_becomes_small_and_keeps_its_shape(kind: str) -> None:
    made = small_picture(file(1600, 800, kind))
    assert made is not None
    assert (made.width, made.height) == (640, 320)
    with Image.open(BytesIO(made.webp)) as image:
        assert (image.format, image.size) == ("WEBP", (640, 320))


def test_a_small_one_is_not_made_larger() -> None:
    made = small_picture(file(40, 30))
    assert made is not None and (made.width, made.height) == (40, 30)


def test_nothing_of_the_file_comes_along_but_it_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = "where I live"
    made = small_picture(file(200, 100, "JPEG", exif=exif, comment=b"hush"))
    assert made is not None and (made.width, made.height) == (100, 200)
    assert b"where I live" not in made.webp and b"hush" not in made.webp
    with Image.open(BytesIO(made.webp)) as image:
        assert not image.getexif()


def spent() -> float:
    """Seconds of a processor in the processes that open pictures."""
    times = os.times()
    return times.children_user + times.children_system


def test_a_bomb_is_not_opened() -> None:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 0, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 10_000_000))
    began = spent()
    assert small_picture(bomb + chunk(b"IEND", b"")) is None
    assert small_picture(file(9_000, 9_000, "PNG", "1")) is None
    assert spent() - began < 5, "its pixels were counted, and not made"


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", b"GIF89a", file(100, 100)[:60],
     file(1, 1), file(600, 3), file(20, 20, "BMP"), file(20, 20, "TIFF"), file(32, 32, "ICO"), b"%!PS-Adobe-3.0 EPSF-3.0\n"],
)  # fmt: skip
def test_what_is_no_picture_worth_showing_is_none(body: bytes) -> None:
    assert small_picture(body) is None
