"""What is known of a file for looking at it: voice notes and their bounds, the front page of a PDF."""

import json
import re
import zlib

import pytest

from rooms.templatetags.file_tags import file_size
from rooms.tests.files import JSON, pdf, ready, upload

pytestmark = pytest.mark.django_db

# What a browser's recorder begins a file of sound alone with, and what a phone's does.
OPUS = b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01webm" + b"\0" * 20 + b"A_OPUS" + b"\0" * 50
SAFARI = b"\0\0\0\x18ftypiso5\0\0\0\0iso5mp41" + b"\0" * 50


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.mark.parametrize("data, type_", [(OPUS, "audio/webm"), (SAFARI, "audio/mp4")])
def test_what_was_recorded_is_a_voice_note_with_its_shape(signed_in, room, alice, data, type_):
    told = {"voice": "1", "duration": "2.5", "waveform": json.dumps([0, 100, 50])}
    file = ready(signed_in(alice), room, "Voice note.webm", data, **told)
    assert (file["kind"], file["type"], file["duration"], file["waveform"]) == ("voice", type_, 2.5, [0, 100, 50])
    answer = signed_in(alice).get(file["url"])
    assert answer["Content-Type"] == type_
    assert answer["Content-Disposition"].startswith("inline")


def test_nothing_else_becomes_a_voice_note_by_being_called_one(signed_in, room, alice):
    told = {"voice": "1", "duration": "1", "waveform": "[1]"}
    file = ready(signed_in(alice), room, "x.txt", b"<script>alert(1)</script>", **told)
    assert (file["kind"], file["waveform"]) == ("file", None)
    assert ready(signed_in(alice), room, "y.txt", b"plain words", **told)["kind"] == "text"


@pytest.mark.parametrize(
    "told",
    [
        {"duration": "902"},
        {"duration": "-1"},
        {"duration": "nan"},
        {"waveform": "[101]"},
        {"waveform": "[1.5]"},
        {"waveform": '["<b>"]'},
        {"waveform": '{"a": 1}'},
        {"waveform": json.dumps([1] * 201)},
        {"waveform": "[" * 100_000},
    ],
)
def test_what_makes_no_sense_about_a_voice_note_is_refused(signed_in, room, alice, told):
    answer = upload(signed_in(alice), room, "v.webm", OPUS, voice="1", **told)
    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_request"


def test_a_pdf_shows_its_front_page_and_how_many_there_are(signed_in, room, alice, charlie):
    file = ready(signed_in(alice), room, "plan.pdf", pdf("the plan"))
    assert (file["kind"], file["pages"]) == ("pdf", 1)
    front = signed_in(alice).get(file["thumb"])
    assert front["Content-Type"] == "image/webp"
    assert front.content[8:12] == b"WEBP"
    assert signed_in(charlie).get(file["thumb"], headers=JSON).status_code == 404
    # The file itself is never opened in a page of ours.
    assert signed_in(alice).get(file["url"])["Content-Disposition"].startswith("attachment")


def test_a_pdf_that_cannot_be_drawn_is_a_card_and_can_be_had(signed_in, room, alice):
    data = b"%PDF-1.7\n" + b"nonsense" * 100
    file = ready(signed_in(alice), room, "broken.pdf", data)
    assert (file["kind"], file["pages"], file["thumb"]) == ("pdf", None, None)
    assert signed_in(alice).get(file["url"]).content == data


def test_a_pdf_that_takes_too_much_to_be_drawn_is_a_card_and_can_be_had(signed_in, room, alice, settings):
    settings.FILE_LOOK_SECONDS = 1
    data = heavy_pdf()
    file = ready(signed_in(alice), room, "map.pdf", data)
    assert (file["kind"], file["pages"], file["thumb"]) == ("pdf", None, None)
    assert signed_in(alice).get(file["url"]).content == data


def heavy_pdf():
    """Lines enough across one page that drawing them takes many seconds of any processor."""
    lines = zlib.compress(b"0 0 m 612 792 l 612 0 l 0 792 l b*\n" * 200_000, 1)
    data = re.sub(rb"<< /Length \d+", b"<< /Filter /FlateDecode /Length %d" % len(lines), pdf("x"))
    start, end = data.index(b"stream\n") + 7, data.index(b"\nendstream")
    return data[:start] + lines + data[end:]


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (1, "1 byte"),
        (95, "95 bytes"),
        (1023, "1023 bytes"),
        (8700, "8 kB"),
        (1536, "2 kB"),
        (1572864, "1.5 MB"),
        (12582912, "12 MB"),
    ],
)
def test_a_size_reads_as_the_browser_writes_it(size, said):
    assert file_size(size) == said
