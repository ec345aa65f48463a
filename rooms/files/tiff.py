"""TIFF, and the raw pictures of cameras, which are TIFF inside: where and whose they are is blanked out, in place.

They are downloads, given on for their pixels: those, and what is needed to develop them, stay as they are. A camera's
own notes (MakerNote) are needed for that: Nikon's hold the curve of the pixels, and their key is its serial number. So
they stay in all but DNG, which does without them by its own rules, and whoever sends one is told (`blank_tiff`).
"""

from collections.abc import Iterator
from typing import BinaryIO, Final, Literal, NamedTuple

from talkwave.apart.refusals import FileRefused

_GPS: Final = 0x8825
# Further directories: of smaller pictures, and of the camera's settings.
_DIRECTORIES: Final = (0x014A, 0x8769)
# XMP, IPTC and Photoshop's words; who took it, on which computer; a camera's owner, its number and its lens's; what
# Windows' Explorer adds, and what a camera lets its owner write.
_WORDS: Final = (
    700, 33_723, 34_377, 0x013B, 0x013C, 0xA420, 0xA430, 0xA431, 0xA435, 0xC62F, 0x9286, *range(0x9C9B, 0x9CA0),
)  # fmt: skip
_NOTES: Final = 0x927C
_DNG_VERSION: Final = 0xC612
_DNG_NOTES: Final = (_NOTES, 0xC634)
# Where a JPEG lies inside, and how long: a preview; a whole one as Panasonic keeps it; a single strip.
_PREVIEW: Final = (0x0201, 0x0202)
_STRIP: Final = (0x0111, 0x0117)
_WHOLE_JPEG: Final = 0x002E
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_DIRECTORIES_MOST: Final = 500
_SEGMENTS_MOST: Final = 500


class _Entry(NamedTuple):
    """What a directory says under one tag: where its value stands, its bytes, its count, and the bytes of one."""

    tag: int
    place: int
    length: int
    many: int
    each: int


def blank_tiff(file: BinaryIO, start: int = 0, end: int | None = None) -> bool:
    """Empties GPS, XMP, IPTC, names and numbers of whose it is in all directories of the TIFF that lies there.

    True where a camera's own notes stay in it. Raises FileRefused for one that cannot be followed.
    """
    return _Tiff(file, start, file.seek(0, 2) if end is None else end).blank()


def blank_jpeg(file: BinaryIO, start: int, end: int) -> bool:
    """The same of the Exif of a JPEG that lies inside another file; what is none is left as it is."""
    at, notes = start + 2, False
    if _at(file, start, 2) != b"\xff\xd8":
        return False
    for _ in range(_SEGMENTS_MOST):
        head = _at(file, at, 4)
        length = int.from_bytes(head[2:])
        # The picture itself, or no segment: that was all.
        if len(head) < 4 or head[0] != 0xFF or not 0xC0 <= head[1] < 0xFF or head[1] == 0xDA or length < 2:
            return notes
        inner, after = at + 4, at + 2 + length
        if after > end:
            return notes
        if head[1] == 0xE1 and _at(file, inner, 6) == b"Exif\0\0":
            notes |= blank_tiff(file, inner + 6, after)
        elif head[1] in (0xE1, 0xED):
            file.seek(inner)
            file.write(bytes(after - inner))
        at = after
    return notes


def blank_raf(file: BinaryIO) -> bool:
    """Fuji's own form: the Exif is that of the JPEG its head leads to. Raises FileRefused."""
    size = file.seek(0, 2)
    start, length = int.from_bytes(_at(file, 84, 4)), int.from_bytes(_at(file, 88, 4))
    if not 92 <= start <= start + length <= size or _at(file, start, 2) != b"\xff\xd8":
        raise FileRefused("damaged")
    blank_jpeg(file, start, start + length)
    return True


def _at(file: BinaryIO, at: int, length: int) -> bytes:
    file.seek(at)
    return file.read(length)


class _Tiff:
    """One TIFF within a file, from `start` to `end`; its places count from `start`."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        self.file, self.start, self.size = file, start, end - start
        head = self._read(0, 8)
        self.order: Literal["little", "big"] = "little" if head[:2] == b"II" else "big"
        # BigTIFF counts everything in eight bytes.
        self.big = self._number(head[2:4]) == 43
        self.wide = 8 if self.big else 4

    def blank(self) -> bool:
        first = self._number(self._read(8, 8) if self.big else self._read(4, 4))
        found = [list(directory) for directory in self._directories(first)]
        tags = {entry.tag for directory in found for entry in directory}
        is_dng = _DNG_VERSION in tags
        words = (*_WORDS, *_DNG_NOTES) if is_dng else _WORDS
        notes = _NOTES in tags and not is_dng
        for directory in found:
            by_tag = {entry.tag: entry for entry in directory}
            notes |= self._jpegs(by_tag)
            for entry in directory:
                if entry.tag in words:
                    self._blank(entry.place, entry.length)
                elif entry.tag == _GPS:
                    self._blank_directory(self._value(entry))
        return notes

    def _directories(self, first: int) -> Iterator[list[_Entry]]:
        waiting, seen = [first], set[int]()
        while waiting:
            at = waiting.pop()
            if at == 0 or at in seen:
                continue
            seen.add(at)
            if len(seen) > _DIRECTORIES_MOST:
                raise FileRefused("damaged")
            entries, following = self._entries(at)
            waiting.append(following)
            for entry in entries:
                if entry.tag in _DIRECTORIES:
                    waiting += [self._value(entry, nth) for nth in range(min(entry.many, _DIRECTORIES_MOST))]
            yield entries

    def _entries(self, at: int) -> tuple[list[_Entry], int]:
        """Of the directory at `at` what stands in it; and where the next one is."""
        counted, each = (8, 20) if self.big else (2, 12)
        count = self._number(self._read(at, counted))
        if count > 65_535:
            raise FileRefused("damaged")
        start = at + counted
        data = self._read(start, count * each + self.wide)
        entries = []
        for place in range(0, count * each, each):
            tag, kind = self._number(data[place : place + 2]), self._number(data[place + 2 : place + 4])
            many, size = self._number(data[place + 4 : place + 4 + self.wide]), _SIZES.get(kind, 1)
            here = start + place + 4 + self.wide
            length = many * size
            stands = here if length <= self.wide else self._number(self._read(here, self.wide))
            entries.append(_Entry(tag, stands, length, many, size))
        return entries, self._number(data[-self.wide :])

    def _blank_directory(self, at: int) -> None:
        """A directory without an entry, and nothing of what was in it."""
        entries, _following = self._entries(at)
        for entry in entries:
            self._blank(entry.place, entry.length)
        counted, each = (8, 20) if self.big else (2, 12)
        self._blank(at, counted + len(entries) * each)

    def _jpegs(self, by_tag: dict[int, _Entry]) -> bool:
        notes = False
        for offset, length in (_PREVIEW, _STRIP):
            if offset in by_tag and length in by_tag and by_tag[offset].many == 1:
                notes |= self._jpeg(self._value(by_tag[offset]), self._value(by_tag[length]))
        if _WHOLE_JPEG in by_tag:
            notes |= self._jpeg(by_tag[_WHOLE_JPEG].place, by_tag[_WHOLE_JPEG].length)
        return notes

    def _jpeg(self, at: int, length: int) -> bool:
        return blank_jpeg(self.file, self.start + at, self.start + min(at + length, self.size))

    def _value(self, entry: _Entry, nth: int = 0) -> int:
        return self._number(self._read(entry.place + entry.each * nth, entry.each))

    def _number(self, data: bytes) -> int:
        return int.from_bytes(data, self.order)

    def _read(self, at: int, length: int) -> bytes:
        if at + length > self.size:
            raise FileRefused("damaged")
        return _at(self.file, self.start + at, length)

    def _blank(self, at: int, length: int) -> None:
        if at + length > self.size:
            raise FileRefused("damaged")
        self.file.seek(self.start + at)
        self.file.write(bytes(length))
