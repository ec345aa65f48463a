"""What a file is by its own first bytes: neither its name nor a browser's word counts."""

import zipfile
from pathlib import Path
from typing import Final, NamedTuple

HEAD_BYTES: Final = 64 * 1024


class Sort(NamedTuple):
    """What a file is: how it is shown (`kind`), what it is served as (`type`), and how its name ends."""

    kind: str
    type: str
    ending: str = ""


PLAIN: Final = Sort("file", "application/octet-stream")
TEXT: Final = Sort("text", "text/plain")

TIFF: Final = Sort("file", "application/octet-stream", "tif")
PDF: Final = b"%PDF-"
# A camera's raw picture whose own notes stay in it.
RAW_TYPE: Final = "image/x-dcraw"

_BEGINNINGS: Final = (
    (b"\xff\xd8\xff", Sort("image", "image/jpeg", "jpg")),
    (b"\x89PNG\r\n\x1a\n", Sort("image", "image/png", "png")),
    (b"GIF87a", Sort("image", "image/gif", "gif")),
    (b"GIF89a", Sort("image", "image/gif", "gif")),
    # No decoder for these here; but what they say of their place is taken out (rooms.files.tiff): TIFF, BigTIFF, and
    # what Olympus, Panasonic and Fuji call their own.
    *((magic, TIFF) for magic in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"IIRO", b"IIRS", b"MMOR", b"IIU\0")),
    (b"FUJIFILMCCD-RAW ", Sort("file", "application/octet-stream", "raf")),
    # JPEG XL and JPEG 2000 in boxes (rooms.files.boxes).
    (b"\0\0\0\x0cJXL \r\n\x87\n", Sort("file", "application/octet-stream", "jxl")),
    (b"\0\0\0\x0cjP  \r\n\x87\n", Sort("file", "application/octet-stream", "jp2")),
    (PDF, Sort("pdf", "application/pdf", "pdf")),
    (b"fLaC", Sort("audio", "audio/flac", "flac")),
    (b"ID3", Sort("audio", "audio/mpeg", "mp3")),
)
_BRANDS: Final = {
    b"avif": Sort("image", "image/avif", "avif"),
    b"avis": Sort("image", "image/avif", "avif"),
    b"M4A ": Sort("audio", "audio/mp4", "m4a"),
    b"M4B ": Sort("audio", "audio/mp4", "m4b"),
    b"qt  ": Sort("video", "video/quicktime", "mov"),
}
# HEIF as phones take it: no decoder for it here, either (rooms.files.boxes).
_HEIF: Final = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
# Brands of MP4 as cameras, phones and converters write them.
_MP4: Final = (
    b"isom",
    b"iso2",
    b"iso4",
    b"iso5",
    b"iso6",
    b"mp41",
    b"mp42",
    b"avc1",
    b"M4V ",
    b"dash",
    b"MSNV",
    b"3gp",
)
_RIFF: Final = {b"WEBP": Sort("image", "image/webp", "webp"), b"WAVE": Sort("audio", "audio/wav", "wav")}
_OPEN_DOCUMENTS: Final = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
}
_OFFICE: Final = {
    "word/document.xml": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    "xl/workbook.xml": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "ppt/presentation.xml": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
}
# Text that a browser would run, or draw, if it were ever told so: never more than a download.
_MARKUP: Final = (
    b"<!doctype",
    b"<html",
    b"<head",
    b"<body",
    b"<script",
    b"<svg",
    b"<?xml",
    b"<iframe",
    b"<img",
    b"<style",
)


def sort_of(path: Path) -> Sort:
    """What the file at `path` is. What no signature knows is text, where it reads as such, or a plain file."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    for beginning, sort in _BEGINNINGS:
        if head.startswith(beginning):
            return sort
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], PLAIN)
    if head[4:8] == b"ftyp":
        return _iso_media(head)
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return _matroska(head)
    if head.startswith(b"OggS"):
        is_sound = any(codec in head[:128] for codec in (b"OpusHead", b"\x01vorbis", b"\x7fFLAC", b"Speex"))
        return Sort("audio", "audio/ogg", "ogg") if is_sound else PLAIN
    if head.startswith(b"PK\x03\x04"):
        return _zip(path)
    if _is_mpeg_audio(head):
        return Sort("audio", "audio/mpeg", "mp3")
    if head[:2] in (b"\xff\xf1", b"\xff\xf9"):
        return Sort("audio", "audio/aac", "aac")
    return _text(head)


def _iso_media(head: bytes) -> Sort:
    brand = head[8:12]
    if brand in _BRANDS:
        return _BRANDS[brand]
    size = min(int.from_bytes(head[:4]), 256)
    brands = [head[at : at + 4] for at in (8, *range(16, size, 4))]
    for known in brands:
        if known in (b"avif", b"avis"):
            return _BRANDS[known]
    if brand == b"crx ":
        return Sort("file", "application/octet-stream", "cr3")
    if brand in _HEIF:
        return Sort("file", "application/octet-stream", "heic")
    return Sort("video", "video/mp4", "mp4") if any(known.startswith(_MP4) for known in brands) else PLAIN


def _matroska(head: bytes) -> Sort:
    if b"webm" not in head[:64]:
        return PLAIN
    if any(codec in head for codec in (b"V_VP8", b"V_VP9", b"V_AV1")):
        return Sort("video", "video/webm", "webm")
    return Sort("audio", "audio/webm", "weba") if b"A_OPUS" in head or b"A_VORBIS" in head else PLAIN


def _is_mpeg_audio(head: bytes) -> bool:
    """A frame of layer III, with a rate and a frequency that exist."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return False
    return head[1] & 0x18 != 0x08 and head[2] >> 4 not in (0, 15) and head[2] & 0x0C != 0x0C


def _zip(path: Path) -> Sort:
    plain = Sort("file", "application/zip", "zip")
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            for name, (type_, ending) in _OFFICE.items():
                if name in names and "[Content_Types].xml" in names:
                    return Sort("file", type_, ending)
            if "mimetype" in names:
                with archive.open("mimetype") as entry:
                    said = entry.read(100)
                if said in _OPEN_DOCUMENTS:
                    return Sort("file", said.decode(), _OPEN_DOCUMENTS[said])
    except Exception:  # a broken one makes zipfile raise whatever it likes
        return plain
    return plain


def _text(head: bytes) -> Sort:
    if not head or b"\x00" in head:
        return PLAIN
    try:
        # A sign may be cut in two at the end of what was read.
        text = head.decode("utf-8", "strict" if len(head) < HEAD_BYTES else "ignore")
    except UnicodeDecodeError:
        return PLAIN
    if any(ord(sign) < 32 and sign not in "\t\n\r\f\x1b" for sign in text):
        return PLAIN
    start = text.removeprefix("\ufeff").lstrip()[:1024].lower().encode()
    return PLAIN if any(mark in start for mark in _MARKUP) else TEXT
