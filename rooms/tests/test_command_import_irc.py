"""`manage.py import_irc`: everything of a log arrives once, in order, by the right people."""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from rooms.actions.posting import post_message
from rooms.consistency import problems
from rooms.models import Membership, Mention, Message, Room

pytestmark = pytest.mark.django_db

LOG = """\
=== ann [~ann@198.51.100.7]  has joined #den
[23:58] <ann> hello, **anybody** here?
[23:58] <[bob]> hi ann
[23:58] * ann waves at _all_
=== carl^ is now known as carl
[23:59] <carl> see http://example.com/a_b and @ann
[00:01] <ann> past midnight
=== ann [~ann@198.51.100.7]  has left #den ["bye"]
=== [bob] [~bob@198.51.100.8]  has left #den []
=== mode/#den [+o ann]  by ChanServ
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "den-2004-12-31.log"
    path.write_text(LOG, encoding="utf-8")
    return path


def import_irc(*files: Path, room: str = "den", **options: Any) -> str:
    out = StringIO()
    call_command("import_irc", *map(str, files), room=room, stdout=out, **options)
    return out.getvalue()


def test_every_line_arrives_in_the_order_of_the_file(log: Path) -> None:
    said = import_irc(log)
    assert "5 messages and 5 joins, parts and notices by 5 people" in said and "10 lines added" in said
    assert list(Message.objects.order_by("seq").values_list("kind", "sender__display_name", "body")) == [
        ("system", "ann", "ann joined"),
        ("text", "ann", "hello, **anybody** here?"),
        ("text", "[bob]", "hi ann"),
        ("text", "ann", "*waves at \\_all\\_*"),
        ("system", "carl^", "carl^ is now known as carl"),
        ("text", "carl", "see http://example.com/a_b and @ann"),
        ("text", "ann", "past midnight"),
        ("system", "ann", "ann left: bye"),
        ("system", "[bob]", "[bob] left"),
        ("system", "ChanServ", "ChanServ set [+o ann]"),
    ]
    assert list(problems()) == []


def test_times_are_those_of_the_log_and_go_on_after_midnight(log: Path) -> None:
    import_irc(log)
    times = list(Message.objects.order_by("seq").values_list("created_at", flat=True))
    assert times == sorted(times) and len(set(times)) == len(times)
    assert times[1].replace(microsecond=0) == datetime(2004, 12, 31, 23, 58, tzinfo=UTC)
    assert times[6].replace(microsecond=0) == datetime(2005, 1, 1, 0, 1, tzinfo=UTC)


def test_an_action_is_in_italics_and_a_notice_is_no_markdown(log: Path) -> None:
    import_irc(log)
    assert Message.objects.get(seq=4).html == "<p><em>waves at _all_</em></p>"
    assert Message.objects.get(seq=9).html == "<p>[bob] left</p>"
    assert Message.objects.get(seq=1).system == {"event": "joined"}
    assert Message.objects.get(seq=9).system == {"event": "left"}


def test_importing_again_adds_nothing(log: Path, tmp_path: Path) -> None:
    import_irc(log)
    before = list(Message.objects.order_by("pk").values())
    assert "0 lines added" in import_irc(log)
    packed = tmp_path / "den-2004-12-31.log.gz"
    packed.write_bytes(gzip.compress(log.read_bytes()))
    assert "0 lines added" in import_irc(packed)
    assert list(Message.objects.order_by("pk").values()) == before
    assert User.objects.count() == 5


def test_what_was_cut_short_is_finished_by_the_next_run(log: Path, tmp_path: Path) -> None:
    whole = log.read_text(encoding="utf-8")
    log.write_text("".join(whole.splitlines(keepends=True)[:4]), encoding="utf-8")
    import_irc(log)
    log.write_text(whole, encoding="utf-8")
    assert "6 lines added" in import_irc(log)
    assert Message.objects.order_by("seq").last().body == "ChanServ set [+o ann]"
    assert list(problems()) == []


def test_the_same_log_can_go_into_two_rooms(log: Path) -> None:
    import_irc(log)
    assert "10 lines added" in import_irc(log, room="cave")
    assert Message.objects.count() == 20 and User.objects.count() == 5


def test_people_of_a_log_are_placeholders_and_never_somebody_real(log: Path, person: Callable[..., Any]) -> None:
    real = person("ann", display_name="ann")
    import_irc(log)
    ann = User.objects.get(display_name="ann", is_placeholder=True)
    assert ann != real and ann.username == "ann-2" and not ann.has_usable_password()
    assert User.objects.get(display_name="[bob]").username == "bob"
    assert not Message.objects.filter(sender=real).exists()
    assert not Membership.objects.exists() and not Mention.objects.exists()


@pytest.mark.parametrize(
    ("nick", "username"),
    [
        ("[-Haza-]", "Haza"),
        ("the^user", "the-user"),
        ("`x", "x-irc"),
        ("^^", "somebody"),
        ("Größe|away", "Größe-away"),
        ("a" * 60, "a" * 26),
    ],
)
def test_a_nick_becomes_a_user_name(nick: str, username: str, tmp_path: Path) -> None:
    path = tmp_path / "x-2010-01-01.log"
    path.write_text(f"[10:00] <{nick}> hi\n", encoding="utf-8")
    import_irc(path)
    user = User.objects.get()
    assert user.username == username and user.display_name == nick


def test_nicks_that_differ_by_case_alone_are_one_person(tmp_path: Path) -> None:
    path = tmp_path / "x-2010-01-01.log"
    path.write_text("[10:00] <Ann[a]> one\n[10:00] <ann{A}> two\n[10:00] <ann_> three\n", encoding="utf-8")
    import_irc(path)
    assert set(User.objects.values_list("display_name", flat=True)) == {"Ann[a]", "ann_"}


def test_odd_encodings_and_codes_survive(tmp_path: Path) -> None:
    path = tmp_path / "x-2010-01-01.log"
    path.write_bytes(
        b"[10:00] <ann> gr\xfc\xdfe\r\n"
        + "[10:00] <ann> Ελλάδα 👋\n".encode()
        + b"[10:01] <ann> \x02bold\x0f \x0304,01red\x03 nul\x00\n[10:01] <ann> \x02\x0f\n[10:02] <ann>\n[10:02] * ann\nnonsense\n\n"
    )
    assert "6 messages and 0" in import_irc(path)
    assert list(Message.objects.order_by("seq").values_list("body", flat=True)) == [
        "grüße", "Ελλάδα 👋", "bold red nul", "…", "…", "*…*",
    ]  # fmt: skip


def test_a_line_beyond_the_limit_is_split_and_not_cut(tmp_path: Path, settings: Any) -> None:
    settings.MESSAGE_MAX_LENGTH = 10
    path = tmp_path / "x-2010-01-01.log"
    path.write_text("[10:00] <ann> " + "abcdefghij" * 2 + "xyz\n", encoding="utf-8")
    import_irc(path)
    assert list(Message.objects.order_by("seq").values_list("body", flat=True)) == ["abcdefghij", "abcdefghij", "xyz"]
    assert "0 lines added" in import_irc(path)


def test_several_files_go_in_by_their_dates(tmp_path: Path) -> None:
    for day in ("2012-05-01", "2010-01-01", "2011-03-01"):
        (tmp_path / f"x-{day}.log").write_text(f"[10:00] <ann> {day}\n", encoding="utf-8")
    import_irc(*(tmp_path / f"x-{day}.log" for day in ("2012-05-01", "2010-01-01", "2011-03-01")))
    assert list(Message.objects.order_by("seq").values_list("body", flat=True)) == [
        "2010-01-01",
        "2011-03-01",
        "2012-05-01",
    ]
    assert Room.objects.get().created_at == datetime(2010, 1, 1, 10, 0, tzinfo=UTC)


def test_it_goes_on_in_a_room_that_exists(log: Path, room: Room, alice: Any) -> None:
    post_message(alice, room.pk, "before")
    Membership.objects.filter(user=alice).update(read_seq=1)
    import_irc(log)
    post_message(alice, room.pk, "after")
    room.refresh_from_db()
    assert room.last_seq == 12 and Room.objects.count() == 1
    assert list(problems()) == []


def test_who_had_read_everything_still_has(log: Path, room: Room, alice: Any, bob: Any) -> None:
    post_message(alice, room.pk, "before")
    import_irc(log)
    marks = dict(Membership.objects.values_list("user__username", "read_seq"))
    assert marks["alice"] == 11 and marks["bob"] == 0


def test_people_in_the_room_are_told(log: Path, room: Room, published: list[Any]) -> None:
    import_irc(log)
    versions = [event[0] for batch in published for envelope in batch for event in envelope.message.get("events", ())]
    assert versions == list(range(1, 11))


def test_a_room_that_is_made_belongs_to_whom_one_says(log: Path, olga: Any) -> None:
    import_irc(log, owner="olga")
    assert Membership.objects.get().user == olga and Membership.objects.get().role == "owner"
    assert Room.objects.get().kind == "public"
    assert list(problems()) == []


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("den.log", b"[10:00] <a> b\n", "no date"),
        ("den-2004-13-45.log", b"[10:00] <a> b\n", "no date"),
        ("den-2004-12-31.log", b"", "no line"),
        ("den-2004-12-31.log", b"just words\n", "no line"),
        ("den-2004-12-31.log.gz", b"\x1f\x8b broken", ""),
        ("missing-2004-12-31.log", None, "No such file"),
    ],
)
def test_a_file_that_is_no_log_is_one_clear_line_and_changes_nothing(
    name: str, content: bytes | None, reason: str, log: Path, tmp_path: Path
) -> None:
    path = tmp_path / "other" / name
    path.parent.mkdir()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError) as refused:
        import_irc(log, path)
    assert reason in str(refused.value) and "\n" not in str(refused.value)
    assert not Room.objects.exists() and not User.objects.exists()


def test_an_archived_room_takes_nothing(log: Path, make_room: Callable[..., Any]) -> None:
    room = make_room("den")
    Room.objects.filter(pk=room.pk).update(archived_at=datetime(2020, 1, 1, tzinfo=UTC))
    with pytest.raises(CommandError, match="archived"):
        import_irc(log)
    assert not Message.objects.exists()


def test_an_owner_must_exist(log: Path) -> None:
    with pytest.raises(CommandError, match="nobody"):
        import_irc(log, owner="whoever")
