"""Files that want to run, to exhaust, or to tell more than their sender means to: each is refused, or made harmless."""

import io
import zipfile
import zlib

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from PIL import Image

from rooms.actions.files import read_one
from rooms.files import pieces, sandbox
from rooms.models import Attachment, FileText, Upload
from rooms.tests.files import (
    archive,
    docx,
    moving,
    pdf,
    photo_of_a_phone,
    photo_with_another_behind_it,
    picture,
    png_that_says,
    ready,
    upload,
)
from talkwave.apart import asking

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def client(signed_in, room, alice):
    return signed_in(alice)


def stored(file):
    return default_storage.open(Attachment.objects.get(pk=file["id"]).stored).read()


def test_a_photo_loses_where_and_by_what_it_was_taken_and_stands_upright(client, room):
    file = ready(client, room, "IMG_1.JPG", photo_of_a_phone())
    data = stored(file)
    assert b"Exif" not in data and b"Secret" not in data and b"GPS" not in data
    image = Image.open(io.BytesIO(data))
    assert not image.getexif() and not image.info.get("comment") and not image.info.get("icc_profile")
    assert image.size == (40, 60) == (file["width"], file["height"])
    # What was on the left is at the top once it is turned upright.
    assert image.getpixel((20, 5))[2] > 150 and image.getpixel((20, 55))[0] > 150
    assert file["kind"] == "image" and file["type"] == "image/jpeg" and file["name"] == "IMG_1.JPG"
    assert file["placeholder"].startswith("data:image/webp;base64,")


def test_a_jpeg_with_another_behind_it_stays_a_jpeg_and_may_be_as_large_as_one(client, room, settings):
    data = photo_with_another_behind_it()
    assert Image.open(io.BytesIO(data)).format == "MPO"
    settings.FILE_MAX_PIXELS = 1000
    file = ready(client, room, "DSC_1.JPG", data)
    assert (file["type"], file["name"], file["width"], file["height"]) == ("image/jpeg", "DSC_1.JPG", 30, 20)
    with Image.open(io.BytesIO(stored(file))) as image:
        assert (image.format, image.getpixel((15, 10))[0] > 150) == ("JPEG", True)


@pytest.mark.parametrize("form", ["PNG", "WEBP", "AVIF"])
def test_every_kind_of_picture_loses_what_is_written_in_it(client, room, form):
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    data = picture(form=form, exif=exif)
    assert b"SecretCamera" in data
    assert b"SecretCamera" not in stored(ready(client, room, "x", data))


def test_a_picture_that_is_an_archive_as_well_is_no_archive_any_more(client, room):
    both = picture(form="GIF") + archive(**{"META-INF/MANIFEST.MF": "Main-Class: Evil"})
    assert zipfile.is_zipfile(io.BytesIO(both))
    data = stored(ready(client, room, "gifar.gif", both))
    assert not zipfile.is_zipfile(io.BytesIO(data)) and b"Evil" not in data


def test_a_picture_with_a_page_in_its_comment_is_only_a_picture(client, room):
    data = picture(comment=b"<script>alert(document.cookie)</script>")
    assert b"<script>" in data
    assert b"<script>" not in stored(ready(client, room, "x.jpg", data))


@pytest.mark.parametrize(
    "name, data",
    [
        ("cat.png", b"<html><script>alert(1)</script></html>"),
        ("cat.jpg", b"\n\n  <!DOCTYPE html><body onload=alert(1)>"),
        ("logo.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        ("logo.png", b'<?xml version="1.0"?><svg onload="alert(1)"/>'),
        ("cat.gif", b"\xef\xbb\xbf<SCRIPT>alert(1)</SCRIPT>"),
        ("cat.webp", b"MZ\x90\x00" + b"\0" * 100),
    ],
)
def test_what_a_browser_would_run_is_a_download_and_nothing_else(client, room, name, data):
    answer = upload(client, room, name, data)
    file = answer.json()["file"]
    assert (file["kind"], file["type"]) == ("file", "application/octet-stream")
    assert ("not a picture" in answer.json()["note"]) == (name != "logo.svg")
    served = client.get(file["url"])
    assert served["Content-Type"] == "application/octet-stream"
    assert served["Content-Disposition"].startswith("attachment")
    assert served["X-Content-Type-Options"] == "nosniff"
    assert served["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert served.content == data


def test_text_goes_out_as_text_whatever_it_is_called(client, room):
    file = ready(client, room, "page.html", b"just words")
    served = client.get(file["url"])
    assert (file["kind"], served["Content-Type"]) == ("text", "text/plain; charset=utf-8")


@pytest.mark.parametrize("size", [(50_000, 50_000), (100_000, 600), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_of_pixels_is_refused_before_one_is_drawn(client, room, size, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = upload(client, room, "bomb.png", png_that_says(*size))
    assert answer.status_code in (400, 413), answer.text
    assert "pixels" in answer.json()["detail"] or "damaged" in answer.json()["detail"]
    assert not Attachment.objects.exists() and not Upload.objects.exists()
    assert list(pieces.folder().iterdir()) == []


def test_a_moving_picture_has_a_limit_over_all_its_frames(client, room, settings):
    settings.FILE_MAX_MOVING_PIXELS = 3_000
    answer = upload(client, room, "long.gif", moving(frames=3))
    # The limit that is told is the one that was passed.
    assert answer.status_code == 413 and "moving" in answer.json()["detail"]


@pytest.mark.parametrize("data", [picture()[:400], b"\x89PNG\r\n\x1a\n" + b"\0" * 50, b"GIF89a", b"RIFF1234WEBP"])
def test_a_damaged_picture_is_refused_and_leaves_nothing(client, room, data):
    answer = upload(client, room, "cut.jpg", data)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert "damaged" in answer.json()["detail"]
    assert not Attachment.objects.exists() and not Upload.objects.exists()


def test_what_takes_too_long_or_too_much_is_ended(client, room, settings):
    settings.FILE_LOOK_SECONDS = 1
    answer = upload(client, room, "slow.gif", many_frames_of_noise())
    assert (answer.status_code, answer.json().get("code")) == (400, "bad_request")
    assert "safely" in answer.json()["detail"]


def many_frames_of_noise():
    """Quick to make (one palette, LZW) and slow to draw anew: noise is the worst there is for WebP. Some 4 s of a
    processor, so that a limit of one ends it on any machine."""
    out = io.BytesIO()
    noise = [Image.effect_noise((1_000, 1_000), 80).rotate(90 * turn) for turn in range(3)]
    noise[0].save(out, "GIF", save_all=True, append_images=(noise * 10)[1:], duration=40)
    return out.getvalue()


def test_memory_is_bounded(tmp_path, settings):
    settings.FILE_LOOK_MEMORY = 256 * 1024 * 1024
    settings.FILE_MAX_PIXELS = 400_000_000
    source = tmp_path / "large.png"
    Image.new("RGB", (12_000, 9_000)).save(source)
    from talkwave.errors import Refused

    with pytest.raises(Refused) as refused:
        sandbox.look(source, tmp_path)
    assert refused.value.code == "bad_request"


def test_the_process_that_looks_has_no_secrets(tmp_path, monkeypatch):
    seen = {}

    def run(command, **options):
        seen.update(options)
        raise asking.subprocess.TimeoutExpired(command, 1)

    monkeypatch.setattr(asking.subprocess, "run", run)
    assert sandbox.words_in(tmp_path / "x", "txt") == ""
    assert set(seen["env"]) == {"PYTHONDONTWRITEBYTECODE", "LANG"}
    assert settings.SECRET_KEY not in str(seen)


def test_words_of_documents_are_read_for_search(client, room):
    for name, data in (
        ("a.pdf", pdf("Quarterly wombats")),
        ("a.docx", docx("Budget", "for wombats")),
        ("a.txt", b"wombats, too"),
    ):
        ready(client, room, name, data)
    while read_one():
        pass
    assert list(FileText.objects.order_by("pk").values_list("text", flat=True)) == [
        "Quarterly wombats",
        "Budget\nfor wombats",
        "wombats, too",
    ]


def test_a_bomb_in_a_document_is_not_unpacked(client, room):
    bomb = archive(
        **{"[Content_Types].xml": "<Types/>", "word/document.xml": "<a>" + "<p>spam</p>" * 6_000_000 + "</a>"}
    )
    assert len(bomb) < 1_000_000
    ready(client, room, "bomb.docx", bomb)
    assert read_one() and not read_one()
    assert FileText.objects.get().text == ""


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;">]><a><p>&y;</p></a>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><p>&x;</p></a>',
    ],
)
def test_entities_of_a_document_are_not_followed(client, room, document):
    ready(client, room, "x.docx", archive(**{"[Content_Types].xml": "<Types/>", "word/document.xml": document}))
    assert read_one()
    assert FileText.objects.get().text == ""


@pytest.mark.parametrize("data", [b"%PDF-1.7\n" + b"garbage " * 100, b"%PDF-", b"PK\x03\x04" + b"x" * 99])
def test_a_broken_document_is_a_file_without_words(client, room, data):
    file = ready(client, room, "x.pdf", data)
    assert file["kind"] in ("pdf", "file")
    while read_one():
        pass
    assert set(FileText.objects.values_list("text", flat=True)) <= {""}


def test_a_pdf_that_unpacks_to_very_much_ends_its_reader_and_not_the_worker(client, room):
    stream = zlib.compress(zlib.compress(b"\0" * 400_000_000, 1), 9)
    data = pdf("x").replace(b"<< /Length", b"<< /Filter [/FlateDecode /FlateDecode] /Length")
    start, end = data.index(b"stream\n") + 7, data.index(b"\nendstream")
    ready(client, room, "bomb.pdf", data[:start] + stream + data[end:])
    assert read_one() and not read_one()
    assert FileText.objects.get().text == ""


@pytest.mark.parametrize(
    "given, kept",
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\evil.exe", "evil.exe"),
        ("a\x00b\r\nc.txt", "abc.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("", "file"),
        ("...", "file"),
        (".htaccess", "htaccess"),
        ("x" * 500 + ".txt", "x" * 196 + ".txt"),
        ('"quoted"; filename=evil.html', '"quoted"; filename=evil.html'),
        ("грусть 🙂.txt", "грусть 🙂.txt"),
    ],
)
def test_a_name_neither_leads_elsewhere_nor_deceives(client, room, given, kept):
    file = ready(client, room, given, b"hello")
    assert file["name"] == kept
    served = client.get(file["url"])
    assert served.status_code == 200
    assert "\n" not in served["Content-Disposition"] and served["Content-Disposition"].startswith("attachment")


def test_moving_pictures_go_on_moving(client, room):
    file = ready(client, room, "dance.gif", moving())
    assert (file["animated"], file["type"], file["name"]) == (True, "image/webp", "dance.webp")
    assert Image.open(io.BytesIO(stored(file))).n_frames == 3
    assert file["thumb"].endswith("/thumb/")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_pictures_of_every_mode_are_drawn(client, room, mode):
    out = io.BytesIO()
    Image.new("I;16" if mode == "I;16" else mode, (20, 10)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    file = ready(client, room, "x.png", out.getvalue())
    assert (file["kind"], file["width"], file["height"]) == ("image", 20, 10)
