"""The words inside a file, for search: text, PDF, and what office programs write."""

import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Final, cast

from defusedxml.ElementTree import iterparse

PAGES_MOST: Final = 500
# What one part of an office file may unpack to; a bomb is left where it is.
PART_BYTES_MOST: Final = 32 * 1024 * 1024
_PARTS_MOST: Final = 300
# Parts with words, by the ending that signatures.py gave the file; a name is a prefix.
_PARTS: Final = {
    "docx": ("word/document.xml", "word/footnotes.xml", "word/comments.xml"),
    "xlsx": ("xl/sharedStrings.xml",),
    "pptx": ("ppt/slides/slide", "ppt/notesSlides/notesSlide"),
    "odt": ("content.xml",),
    "ods": ("content.xml",),
    "odp": ("content.xml",),
}
# A paragraph, a heading, a cell's text: where one ends a line does.
_LINES: Final = ("p", "h", "si")


def words_in(path: Path, ending: str, *, most: int) -> str:
    """At most `most` characters of the text in a file; empty where it has none or cannot be read."""
    found: list[str] = []
    length = 0
    # What was found before a broken part counts.
    with suppress(Exception):
        for part in _pieces(path, ending):
            found.append(part)
            length += len(part) + 1
            if length > most:
                break
    # No database takes NUL in a text.
    return "\n".join(found).replace("\x00", "")[:most].strip()


def _pieces(path: Path, ending: str) -> Iterator[str]:
    if ending == "pdf":
        yield from _pdf(path)
    elif ending in _PARTS:
        yield from _office(path, _PARTS[ending])
    else:
        with path.open(encoding="utf-8", errors="ignore") as file:
            while piece := file.read(16 * 1024):
                yield piece


def _pdf(path: Path) -> Iterator[str]:
    from pypdf import PdfReader  # takes a third of a second, and most files are none

    with path.open("rb") as file:
        reader = PdfReader(file)
        if reader.is_encrypted and not reader.decrypt(""):
            return
        for number, page in enumerate(reader.pages):
            if number >= PAGES_MOST:
                return
            yield page.extract_text()


def _office(path: Path, wanted: tuple[str, ...]) -> Iterator[str]:
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if entry.filename.startswith(wanted)]
        entries.sort(key=lambda entry: (len(entry.filename), entry.filename))
        for entry in entries[:_PARTS_MOST]:
            if entry.filename.endswith(".xml") and entry.file_size <= PART_BYTES_MOST:
                with archive.open(entry) as part:
                    yield from _lines(cast(IO[bytes], _Bounded(part, PART_BYTES_MOST)))


class _Bounded:
    """A part read up to a limit: the size an archive tells need not be true."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file = file
        self._left = most

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(min(size, self._left) if size >= 0 else self._left)
        self._left -= len(data)
        return data


def _lines(file: IO[bytes]) -> Iterator[str]:
    for _, element in iterparse(file, events=("end",), forbid_dtd=True):
        if element.tag.rpartition("}")[2] in _LINES:
            if line := "".join(element.itertext()).strip():
                yield line
            element.clear()
