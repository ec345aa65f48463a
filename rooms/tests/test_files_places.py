"""Where a picture or film was taken leaves with none of them, also where it is given on as it came."""

import io
import struct

import pytest
from PIL import Image

from rooms.files.boxes import blank_cr3, blank_film, blank_heif
from rooms.files.tiff import blank_raf, blank_tiff
from rooms.tests.files import ready, upload
from talkwave.apart.refusals import FileRefused

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


XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")


def edited_film(brand=b"isom"):
    """As Adobe's programs leave it: words beside the film and within it, and a box of somebody else's."""
    moov = box(b"moov", box(b"mvhd", b"x" * 20), box(b"uuid", XMP, PLACE), box(b"uuid", b"somebody else's.", b"kept"))
    rest = box(b"uuid", XMP, PLACE), box(b"meta", PLACE), box(b"udta", PLACE), box(b"mdat", b"frames")
    return box(b"ftyp", brand, b"\0\0\0\0isommp42") + moov + b"".join(rest)


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


SERIAL, NOTES, OWNER = b"SN-4711-0815", b"what it takes to develop", b"Alice of Bern"


def raw(magic=b"II*\0", *more, big=False):
    """As a camera writes it: a directory, one of settings with its own notes, one of the place; a preview beside them."""
    body = b""
    inline, head = (8, 16) if big else (4, 8)
    order = "<HHQQ" if big else "<HHII"

    def put(data):
        nonlocal body
        body += data + b"\0" * (-len(data) % 2)
        return head + len(body) - len(data) - (-len(data) % 2)

    def directory(*tags):
        rows = b""
        for tag, data in tags:
            kind, value = (2, put(data)) if isinstance(data, bytes) else (4, data)
            rows += struct.pack(order, tag, kind, len(data) if isinstance(data, bytes) else 1, value)
        assert all(not isinstance(data, bytes) or len(data) > inline for _tag, data in tags)
        return put(struct.pack("<Q" if big else "<H", len(tags)) + rows + bytes(inline))

    exif = directory((0xA431, SERIAL), (0x927C, NOTES), (0xA430, OWNER))
    gps = directory((29, PLACE))
    first = directory((0x013B, OWNER), (0x8769, exif), (0x8825, gps), *more)
    start = magic + (struct.pack("<HHQ", 8, 0, first) if big else struct.pack("<I", first))
    return start + body


def jpeg(exif):
    parts = b"".join(
        b"\xff\xe1" + struct.pack(">H", 2 + len(data)) + data
        for data in (b"Exif\0\0" + exif, b"http://ns.adobe.com/" + PLACE)
    )
    return b"\xff\xd8" + parts + b"\xff\xda the preview \xff\xd9"


def raf():
    inside = jpeg(raw())
    return b"FUJIFILMCCD-RAW ".ljust(84, b"0") + struct.pack(">II", 100, len(inside)) + bytes(8) + inside + b"pixels"


def cr3():
    parts = [box(b"CMT1", raw()), box(b"CMT3", NOTES), box(b"CMT4", raw())]
    canon = box(b"uuid", bytes.fromhex("85c0b687820f11e08111f4ce462b6a48"), *parts)
    xmp = box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac"), PLACE)
    return box(b"ftyp", b"crx \0\0\0\1crx isom") + box(b"moov", canon) + xmp + box(b"mdat", b"pixels")


@pytest.mark.parametrize(
    "data",
    [raw(), raw(b"IIRO"), raw(b"IIU\0", (0x002E, jpeg(raw()))), raw(b"II+\0", big=True), raf(), cr3()],
    ids=["nef", "orf", "rw2", "bigtiff", "raf", "cr3"],
)
def test_a_raw_picture_goes_without_place_and_owner_and_its_sender_is_told_what_stays(signed_in, room, alice, data):
    client = signed_in(alice)
    file = ready(client, room, "DSC_1.NEF", data)
    kept = client.get(file["url"]).content
    assert (file["kind"], file["type"], len(kept)) == ("file", "image/x-dcraw", len(data))
    assert NOTES in kept
    assert not any(secret in kept for secret in (PLACE, SERIAL, OWNER))
    # It leaves as bytes that nobody opens by themselves.
    assert client.get(file["url"])["Content-Type"] == "application/octet-stream"


def test_a_dng_does_without_the_cameras_notes_and_nothing_is_to_be_told(signed_in, room, alice):
    client = signed_in(alice)
    file = ready(client, room, "IMG_1.DNG", raw(b"II*\0", (0xC612, 0x00000401), (0xC62F, SERIAL)))
    kept = client.get(file["url"]).content
    assert file["type"] == "application/octet-stream"
    assert not any(secret in kept for secret in (PLACE, SERIAL, OWNER, NOTES))


def test_a_jpeg_xl_is_given_on_without_what_stands_beside_it(signed_in, room, alice):
    data = (
        b"\0\0\0\x0cJXL \r\n\x87\n" + box(b"ftyp", b"jxl \0\0\0\0jxl ") + box(b"Exif", PLACE) + box(b"jxlc", b"pixels")
    )
    client = signed_in(alice)
    kept = client.get(ready(client, room, "x.jxl", data)["url"]).content
    assert PLACE not in kept and b"pixels" in kept and len(kept) == len(data)


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


@pytest.mark.parametrize(
    "brand, kind", [(b"isom", "video"), (b"qt  ", "video"), (b"M4A ", "audio"), (b"M4B ", "audio")]
)
def test_an_edited_film_or_sound_is_given_on_without_what_the_program_wrote(signed_in, room, alice, brand, kind):
    data = edited_film(brand)
    client = signed_in(alice)
    file = ready(client, room, "clip", data)
    kept = client.get(file["url"] + "?download").content
    assert (file["kind"], len(kept), PLACE in kept) == (kind, len(data), False)
    assert b"frames" in kept and b"kept" in kept and kept.count(b"free") == 4


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
    forms = (
        (blank_heif, heic()),
        (blank_film, film()),
        (blank_film, edited_film()),
        (blank_tiff, tiff()),
        (blank_raf, raf()),
        (blank_cr3, cr3()),
    )
    for blank, data in forms:
        file = io.BytesIO(data)
        blank(file)
        once = file.getvalue()
        blank(file)
        assert file.getvalue() == once != data


def test_what_cannot_be_followed_is_refused_and_a_film_is_left_as_it_is(signed_in, room, alice):
    wide = heic().replace(struct.pack(">HHHI", 2, 0, 1, heic().index(PLACE)), struct.pack(">HHHI", 2, 0, 1, 2**31))
    hostile = [heic()[:-30], wide, box(b"ftyp", b"heic\0\0\0\0mif1heic") + b"\0\0\0\1meta" + b"\xff" * 8, tiff()[:200]]
    hostile += [raw()[:-4], raf()[:120], cr3()[:150], b"II+\0\x08\0\0\0" + b"\xff" * 8]
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
