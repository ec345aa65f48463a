"""TIFF, and the raw pictures of cameras, which are TIFF inside: where they were taken is blanked out, in place.

They are downloads, given on for their pixels: those, and what is needed to develop them, stay as they are.
"""

from typing import BinaryIO, Final, Literal

from rooms.files.refusals import FileRefused

_GPS: Final = 0x8825
# Further directories: of smaller pictures, and of the camera's settings.
_DIRECTORIES: Final = (0x014A, 0x8769)
# Words about the picture in forms of their own: XMP, IPTC, Photoshop's.
_WORDS: Final = (700, 33_723, 34_377)
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_DIRECTORIES_MOST: Final = 500
_ENTRY: Final = 12


def blank_tiff(file: BinaryIO) -> None:
    """Empties GPS, XMP and IPTC in all its directories. Raises FileRefused for one that cannot be followed."""
    size = file.seek(0, 2)
    file.seek(0)
    order: Literal["little", "big"] = "little" if file.read(2) == b"II" else "big"

    def number(data: bytes) -> int:
        return int.from_bytes(data, order)

    def read(at: int, length: int) -> bytes:
        if at + length > size:
            raise FileRefused("damaged")
        file.seek(at)
        return file.read(length)

    def entries(at: int) -> tuple[list[tuple[int, int, int, int]], int]:
        """Of the directory at `at`: each entry's tag, where its value stands, its bytes, its count; and what is next."""
        count = number(read(at, 2))
        data = read(at + 2, count * _ENTRY + 4)
        found = []
        for place in range(0, count * _ENTRY, _ENTRY):
            tag, kind = number(data[place : place + 2]), number(data[place + 2 : place + 4])
            many = number(data[place + 4 : place + 8])
            length = many * _SIZES.get(kind, 1)
            here = at + 2 + place + 8
            found.append((tag, here if length <= 4 else number(read(here, 4)), length, many))
        return found, number(data[-4:])

    def blank(at: int, length: int) -> None:
        if at + length > size:
            raise FileRefused("damaged")
        file.seek(at)
        file.write(bytes(length))

    waiting, seen = [number(read(4, 4))], set[int]()
    while waiting:
        at = waiting.pop()
        if at == 0 or at in seen:
            continue
        seen.add(at)
        if len(seen) > _DIRECTORIES_MOST:
            raise FileRefused("damaged")
        found, following = entries(at)
        waiting.append(following)
        for tag, place, length, many in found:
            if tag in _WORDS:
                blank(place, length)
            elif tag in _DIRECTORIES:
                waiting += [number(read(place + 4 * nth, 4)) for nth in range(min(many, _DIRECTORIES_MOST))]
            elif tag == _GPS:
                gps = number(read(place, 4))
                inner, _following = entries(gps)
                for _tag, value, bytes_, _many in inner:
                    blank(value, bytes_)
                # A directory without an entry, and what was in it.
                blank(gps, 2 + len(inner) * _ENTRY)
