"""Pictures and films in boxes (ISO base media: HEIC, MP4, MOV, Canon's CR3, JPEG XL, JPEG 2000): where they were taken is
blanked out, in place.

Nothing is decoded, and nothing moves: boxes keep their sizes, so what points into the file stays right.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO, Final, NamedTuple

from rooms.files.tiff import blank_tiff
from talkwave.apart.refusals import FileRefused

BOXES_MOST: Final = 20_000
# Items that tell about a picture, and the smallest that is still one: an Exif without a single entry.
_TELLING: Final = (b"Exif", b"mime")
_EMPTY_EXIF: Final = b"\0\0\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"
_EMPTY_TIFF: Final = _EMPTY_EXIF[4:]
_CHUNK: Final = 1024 * 1024
# Boxes beside a JPEG XL or JPEG 2000 picture that are words about it; `brob` is one of them, packed.
_BESIDE: Final = (b"Exif", b"xml ", b"brob", b"uuid", b"jumb")
# Canon's box for what is told of a CR3, and its parts: directories of a TIFF each, the last that of the place.
_XMP: Final = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_CANON: Final = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")


class Box(NamedTuple):
    """One box: its kind, and where what is in it begins and ends."""

    kind: bytes
    at: int
    start: int
    end: int


class _Data:
    """Big-endian numbers of a box, one after the other; a box that ends too early is damaged."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size))

    def take(self, size: int) -> bytes:
        if self.at + size > len(self.data):
            raise FileRefused("damaged")
        self.at += size
        return self.data[self.at - size : self.at]


def blank_film(file: BinaryIO) -> None:
    """Empties what a film says about itself beside its pictures and sounds: place, device, names.

    What is no film is left as it is: nobody here opens films, their players do.
    """
    with suppress(FileRefused):
        # Without one it is no film, and what is beside it may be all there is.
        if any(_boxes(file, 0, _size(file), b"moov")):
            _free_words(file, 0, _size(file))
    _blank_moov(file)


def _blank_moov(file: BinaryIO) -> None:
    with suppress(FileRefused):
        for moov in _boxes(file, 0, _size(file), b"moov"):
            _free_words(file, moov.start, moov.end)
            for trak in _boxes(file, moov.start, moov.end, b"trak"):
                _free_words(file, trak.start, trak.end)


def _free_words(file: BinaryIO, start: int, end: int) -> None:
    """What stands there in words, and as Adobe's programs write it. (Further boxes of one's own make, `uuid`, are left.)"""
    for box in _boxes(file, start, end):
        if box.kind in (b"udta", b"meta") or (box.kind == b"uuid" and _is_xmp(file, box)):
            _free(file, box)


def _is_xmp(file: BinaryIO, box: Box) -> bool:
    file.seek(box.start)
    return file.read(16) == _XMP


def blank_heif(file: BinaryIO) -> None:
    """Empties the Exif and XMP of a HEIC. Which way is up is told elsewhere in it. Raises FileRefused."""
    found = list(_boxes(file, 0, _size(file), b"meta"))
    if not found:
        raise FileRefused("damaged")
    for meta in found:
        # Four bytes of version and flags, then boxes.
        inner = {box.kind: box for box in _boxes(file, meta.start + 4, meta.end)}
        if b"iinf" not in inner or b"iloc" not in inner:
            raise FileRefused("damaged")
        telling = _telling(file, inner[b"iinf"])
        idat = inner.get(b"idat")
        for item, start, length in _places(_read(file, inner[b"iloc"]), idat.start if idat else 0):
            if item in telling:
                _overwrite(file, start, length, _EMPTY_EXIF if telling[item] == b"Exif" else b"")
    _blank_moov(file)


def blank_beside(file: BinaryIO) -> None:
    """Empties Exif, XMP and whatever else stands beside the picture of a JPEG XL or JPEG 2000. Raises FileRefused."""
    for box in list(_boxes(file, 0, _size(file))):
        if box.kind in _BESIDE:
            _free(file, box)


def blank_cr3(file: BinaryIO) -> bool:
    """Empties place, XMP, names and numbers of a CR3; True: the camera's own notes stay. Raises FileRefused."""
    for box in list(_boxes(file, 0, _size(file))):
        if box.kind == b"uuid" and _is_xmp(file, box):
            _overwrite(file, box.start + 16, box.end - box.start - 16)
        elif box.kind == b"moov":
            for inner in list(_boxes(file, box.start, box.end, b"uuid")):
                file.seek(inner.start)
                if file.read(16) == _CANON:
                    _blank_canon(file, inner)
    _blank_moov(file)
    return True


def _blank_canon(file: BinaryIO, canon: Box) -> None:
    for box in list(_boxes(file, canon.start + 16, canon.end)):
        if box.kind in (b"CMT1", b"CMT2"):
            blank_tiff(file, box.start, box.end)
        elif box.kind == b"CMT4":
            _overwrite(file, box.start, box.end - box.start, _EMPTY_TIFF)


def _telling(file: BinaryIO, iinf: Box) -> dict[int, bytes]:
    """By their numbers, the items that are not picture but words about it."""
    head = _Data(_read(file, iinf))
    version = head.number(4) >> 24
    skipped = 4 + (2 if version == 0 else 4)
    telling = {}
    for box in _boxes(file, iinf.start + skipped, iinf.end, b"infe"):
        data = _Data(_read(file, box))
        item_size = {2: 2, 3: 4}.get(data.number(4) >> 24)
        if item_size is None:
            raise FileRefused("damaged")
        number, _protection, kind = data.number(item_size), data.number(2), data.take(4)
        if kind in _TELLING:
            telling[number] = kind
    return telling


def _places(data: bytes, idat: int) -> Iterator[tuple[int, int, int]]:
    """Of each piece of each item: whose it is, where it begins, how long it is."""
    loc = _Data(data)
    version = loc.number(4) >> 24
    if version > 2:
        raise FileRefused("damaged")
    sizes, more = loc.number(1), loc.number(1)
    offset_size, length_size, base_size = sizes >> 4, sizes & 15, more >> 4
    index_size = more & 15 if version else 0
    wide = 4 if version == 2 else 2
    for _ in range(loc.number(wide)):
        item = loc.number(wide)
        method = loc.number(2) & 15 if version else 0
        loc.take(2)
        base = loc.number(base_size) + (idat if method == 1 else 0)
        for _ in range(loc.number(2)):
            loc.take(index_size)
            yield item, base + loc.number(offset_size), loc.number(length_size)


def _boxes(file: BinaryIO, start: int, end: int, kind: bytes | None = None) -> Iterator[Box]:
    """The boxes that stand one after the other from `start` to `end`, or those of one kind."""
    at = start
    for _ in range(BOXES_MOST):
        if at + 8 > end:
            return
        file.seek(at)
        head = file.read(16)
        size, inner = int.from_bytes(head[:4]), at + 8
        if size == 1:
            size, inner = int.from_bytes(head[8:16]), at + 16
        elif size == 0:
            size = end - at
        if size < inner - at or at + size > end:
            raise FileRefused("damaged")
        if kind in (None, head[4:8]):
            yield Box(head[4:8], at, inner, at + size)
        at += size
    raise FileRefused("damaged")


def _free(file: BinaryIO, box: Box) -> None:
    """It becomes room that nobody reads."""
    _overwrite(file, box.start, box.end - box.start)
    file.seek(box.at + 4)
    file.write(b"free")


def _overwrite(file: BinaryIO, start: int, length: int, by: bytes = b"") -> None:
    if start + length > _size(file):
        raise FileRefused("damaged")
    file.seek(start)
    if length >= len(by):
        file.write(by)
        length -= len(by)
    while length > 0:
        file.write(bytes(min(length, _CHUNK)))
        length -= _CHUNK


def _read(file: BinaryIO, box: Box) -> bytes:
    if box.end - box.start > _CHUNK:
        raise FileRefused("damaged")
    file.seek(box.start)
    return file.read(box.end - box.start)


def _size(file: BinaryIO) -> int:
    return file.seek(0, 2)
