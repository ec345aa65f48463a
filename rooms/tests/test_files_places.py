"""Where a picture or film was taken leaves with none of them, also where it is given on as it came."""

import io
import struct

import pytest
from PIL import Image

from rooms.files.boxes import blank_film, blank_heif
from rooms.files.refusals import FileRefused
from rooms.files.tiff import blank_tiff
from rooms.tests.files import ready, upload

pytestmark = pytest.mark.django_db
PLACE = b"+52.5200+013.4050/ Berlin"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def box(kind, *parts):
    data = b"".join(parts)
    return struct.pack(">I", 8 + len(data)) + kind + data


def full(kind, *parts, version=0):
    return box(kind, bytes([version, 0, 0, 0]), *parts)


def heic(exif=PLACE, xmp=PLACE, picture=b"the picture"):
    """As a phone writes it: three items, one of them a picture, their bytes behind the boxes."""

    def meta(start):
        kinds = ((1, b"hvc1", b""), (2, b"Exif", b""), (3, b"mime", b"application/rdf+xml\0"))
        items = [full(b"infe", struct.pack(">HH4s", n, 0, kind), b"\0", more, version=2) for n, kind, more in kinds]
        places = b""
        for number, data in ((1, picture), (2, exif), (3, xmp)):
            places += struct.pack(">HHHII", number, 0, 1, start, len(data))
            start += len(data)
        return full(
            b"meta",
            full(b"iinf", struct.pack(">H", 3), *items),
            full(b"iloc", b"\x44\x00", struct.pack(">H", 3), places),
        )

    head = box(b"ftyp", b"heic\0\0\0\0mif1heic")
    start = len(head) + len(meta(0)) + 8
    return head + meta(start) + box(b"mdat", picture, exif, xmp)


def film():
    moov = box(
        b"moov", box(b"mvhd", b"x" * 20), box(b"trak", box(b"udta", PLACE)), box(b"udta", box(b"\xa9xyz", PLACE))
    )
    return box(b"ftyp", b"isom\0\0\0\0isommp42") + box(b"mdat", b"frames") + moov


def tiff():
    """Eight grey pixels, and a directory of places that Pillow reads, but would not write."""
    head, entry = b"II*\0\x08\0\0\0", struct.Struct("<HHII")
    gps_at = 8 + 2 + 11 * 12 + 4
    date_at = gps_at + 2 + 12 + 4
    date, pixels = b"2026:11:27\0\0", bytes(range(8))
    xmp_at, pixels_at = date_at + len(date), date_at + len(date) + len(PLACE)
    tags = [(256, 3, 1, 4), (257, 3, 1, 2), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, pixels_at)]
    tags += [(277, 3, 1, 1), (278, 3, 1, 2), (279, 4, 1, 8), (700, 1, len(PLACE), xmp_at), (0x8825, 4, 1, gps_at)]
    first = struct.pack("<H", len(tags)) + b"".join(entry.pack(*tag) for tag in tags) + bytes(4)
    gps = struct.pack("<H", 1) + entry.pack(29, 2, 11, date_at) + bytes(4)
    return head + first + gps + date + PLACE + pixels


def test_a_heic_is_given_on_without_its_place(signed_in, room, alice):
    data = heic()
    assert data.count(PLACE) == 2
    client = signed_in(alice)
    file = ready(client, room, "IMG_1.HEIC", data)
    kept = client.get(file["url"]).content
    assert (file["kind"], len(kept), PLACE in kept) == ("file", len(data), False)
    assert b"the picture" in kept and b"II*\0" in kept


def test_a_film_is_given_on_without_its_place(signed_in, room, alice):
    data = film()
    client = signed_in(alice)
    file = ready(client, room, "clip.mp4", data)
    kept = client.get(file["url"] + "?download").content
    assert (file["kind"], len(kept), PLACE in kept) == ("video", len(data), False)
    assert b"frames" in kept and kept.count(b"free") == 2


def test_a_tiff_is_given_on_without_its_place_and_with_its_pixels(signed_in, room, alice):
    data = tiff()
    with Image.open(io.BytesIO(data)) as before:
        assert before.getexif().get_ifd(0x8825)[29] == "2026:11:27"
    client = signed_in(alice)
    file = ready(client, room, "scan.tif", data)
    kept = client.get(file["url"]).content
    assert (file["kind"], file["thumb"], len(kept)) == ("file", None, len(data))
    assert b"2026:11:27" not in kept and PLACE not in kept
    with Image.open(io.BytesIO(kept)) as after, Image.open(io.BytesIO(data)) as before:
        assert not after.getexif().get_ifd(0x8825)
        assert after.tobytes() == before.tobytes()


def test_what_was_blanked_once_can_be_blanked_again():
    for blank, data in ((blank_heif, heic()), (blank_film, film()), (blank_tiff, tiff())):
        file = io.BytesIO(data)
        blank(file)
        once = file.getvalue()
        blank(file)
        assert file.getvalue() == once != data


def test_what_cannot_be_followed_is_refused_and_a_film_is_left_as_it_is(signed_in, room, alice):
    wide = heic().replace(struct.pack(">HHHI", 2, 0, 1, heic().index(PLACE)), struct.pack(">HHHI", 2, 0, 1, 2**31))
    hostile = [heic()[:-30], wide, box(b"ftyp", b"heic\0\0\0\0mif1heic") + b"\0\0\0\1meta" + b"\xff" * 8, tiff()[:200]]
    # A directory that follows itself, and one of very many entries.
    hostile += [b"II*\0\x08\0\0\0" + b"\xff\xff" + b"\0" * 50, b"MM\0*\xff\xff\xff\xff"]
    for data in hostile:
        answer = upload(signed_in(alice), room, "x.heic", data)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request"), data[:40]
    broken = film()[:-4]
    file = io.BytesIO(broken)
    blank_film(file)
    assert len(file.getvalue()) == len(broken)
    with pytest.raises(FileRefused):
        blank_heif(io.BytesIO(b""))
    # One that leads back to itself ends.
    blank_tiff(io.BytesIO(b"II*\0\x08\0\0\0" + b"\0\0" + b"\x08\0\0\0"))
