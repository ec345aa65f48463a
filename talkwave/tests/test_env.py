"""Settings from the environment: typed, from files, and every wrong one named at once."""

import re
from pathlib import Path
from typing import Any

import pytest

from talkwave.env import Env, WrongSettings, environ_with, read_file, wrong_origin, wrong_redis
from talkwave.tests.served import ROOT, manage


def test_what_is_not_set_has_its_default() -> None:
    env = Env({})
    assert env.text("NAME", "x") == "x"
    assert env.flag("ON") is False
    assert env.number("COUNT", 3) == 3
    assert env.words("HOSTS", ("a",)) == ["a"]
    assert env.rate("RATE", "5/20") == (5.0, 20)
    env.check()


def test_what_is_empty_counts_as_not_set() -> None:
    env = Env({"COUNT": "", "NAME": "  "})
    assert env.number("COUNT", 3) == 3
    assert env.text("NAME", "x") == "x"
    env.check()


@pytest.mark.parametrize(("raw", "meant"), [("1", True), ("yes", True), ("On", True), ("0", False), ("FALSE", False)])
def test_a_flag_is_written_in_the_usual_ways(raw: str, meant: bool) -> None:
    assert Env({"ON": raw}).flag("ON") is meant


def test_words_are_split_at_commas_and_trimmed() -> None:
    assert Env({"HOSTS": " a.example , b.example,"}).words("HOSTS") == ["a.example", "b.example"]


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hush\n")
    assert Env({"KEY_FILE": str(tmp_path / "key")}).text("KEY") == "hush"


def test_the_variable_itself_goes_before_its_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("file")
    assert Env({"KEY": "here", "KEY_FILE": str(tmp_path / "key")}).text("KEY") == "here"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    env = Env({"KEY_FILE": str(tmp_path / "gone")})
    env.text("KEY")
    with pytest.raises(WrongSettings, match="KEY_FILE: cannot read"):
        env.check()


def test_every_wrong_value_is_named_in_one_go() -> None:
    env = Env({"A": "maybe", "B": "many", "C": "7", "D": "x", "E": "fast", "F": "-1", "G": "nan"})
    env.flag("A")
    env.number("B", 1)
    env.number("C", 1, most=5)
    env.text("D", choices=("a", "b"))
    env.rate("E", "1/1")
    env.decimal("F", 1.0)
    env.decimal("G", 1.0)
    with pytest.raises(WrongSettings) as refusal:
        env.check()
    assert [part.split(":")[0] for part in str(refusal.value).removeprefix("wrong settings: ").split("; ")] == list(
        "ABCDEFG"
    )


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "https://chat.example", "http://[::1]:80"])
def test_the_address_of_the_site_is_a_scheme_and_a_host(url: str) -> None:
    assert wrong_origin(url) is None


@pytest.mark.parametrize(
    "url", ["chat.example", "ftp://x", "https:", "http://:80", "http://x:abc", "http://x:99999", "https://x/chat"]
)
def test_any_other_address_of_the_site_is_refused(url: str) -> None:
    assert wrong_origin(url)


@pytest.mark.parametrize("url", ["redis://127.0.0.1:6379/0", "rediss://u:p@r.example", "unix:///run/valkey.sock"])
def test_redis_is_reached_in_three_ways(url: str) -> None:
    assert wrong_redis(url) is None


@pytest.mark.parametrize("url", ["http://x", "127.0.0.1:6379", "redis://x:port", "redis://", "unix://"])
def test_any_other_address_of_redis_is_refused(url: str) -> None:
    assert wrong_redis(url)


@pytest.mark.process
@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("DATA_DIR", "/dev/null", "Not a directory"),
        ("DATA_DIR", "long/" * 2000, "File name too long"),
        ("FILES_ACCEL", "kept", "does not begin with a slash"),
        ("SECRET_KEY", "short", "has 5 characters; at least 50"),
        ("ENV_FILE", "/nowhere/env", "there is no"),
        ("DATABASE_URL", "mysql://u:hush@h/n", "is not written postgres://"),
        ("REDIS_URL", "http://hush@x", "is not written redis://"),
        ("REDIS_SENTINELS", "hush@10.0.0.1/x", "is not written HOST:PORT"),
        ("REDIS_SENTINELS", "10.0.0.1:26379", "REDIS_URL is to name the primary"),
        ("DRAIN_SECONDS", "inf", "is not between"),
    ],
)
def test_what_cannot_be_used_is_one_line(name: str, value: str, reason: str) -> None:
    refused = manage("check", **{name: value})
    assert refused.returncode == 1
    [line] = refused.stderr.splitlines()
    assert f"{name}: " in line and reason in line and "hush" not in line


@pytest.mark.process
def test_a_command_on_a_database_nobody_has_prepared_says_what_to_do(tmp_path: Path) -> None:
    refused = manage("createuser", "alice", DATA_DIR=str(tmp_path))
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith("The database cannot be used. Nothing is in it yet")
    assert "Traceback" not in refused.stderr


@pytest.mark.process
def test_a_wrong_setting_stops_the_start_with_one_line_that_names_them_all(tmp_path: Path) -> None:
    refused = manage("serve", "--data", str(tmp_path), EMAIL_PORT="abc", SERVER="gunicorn", PUBLIC_URL="chat.example")
    assert refused.returncode == 1
    [line] = refused.stderr.splitlines()
    assert all(name in line for name in ("EMAIL_PORT", "SERVER", "PUBLIC_URL"))
    assert refused.stdout == ""


def test_a_file_of_settings_is_read_and_the_environment_goes_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / ".env"
    file.write_text("# SITE_NAME=no\nSITE_NAME=from the file\nexport MOTTO='a = b'\n\nnonsense\nLOG_LEVEL=DEBUG\n")
    monkeypatch.setenv("LOG_LEVEL", "ERROR")
    env = Env(environ_with(file))
    assert (env.text("SITE_NAME"), env.text("MOTTO"), env.text("LOG_LEVEL")) == ("from the file", "a = b", "ERROR")
    assert env.given("SITE_NAME") and not env.given("PORT")


def test_without_such_a_file_there_is_just_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_NAME", "here")
    env = read_file(tmp_path / "none", named=False)
    assert env.text("SITE_NAME") == "here"
    env.check()


def test_a_mark_at_the_beginning_of_the_file_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MOTTO=first\n", encoding="utf-8-sig")
    assert read_file(tmp_path / ".env", named=False).text("MOTTO") == "first"


@pytest.mark.parametrize(("content", "reason"), [(None, "Is a directory"), (b"MOTTO=\xff\n", "not written in UTF-8")])
def test_a_file_of_settings_that_cannot_be_read_is_not_passed_over(
    tmp_path: Path, content: bytes | None, reason: str
) -> None:
    file = tmp_path / ".env"
    file.mkdir() if content is None else file.write_bytes(content)
    with pytest.raises(WrongSettings, match=f"ENV_FILE: cannot read .*{reason}"):
        read_file(file, named=False).check()
    secret = Env({"KEY_FILE": str(file)})
    secret.text("KEY")
    with pytest.raises(WrongSettings, match=f"KEY_FILE: cannot read .*{reason}"):
        secret.check()


def names_read() -> list[str]:
    """Every variable the settings ask for."""
    files = sorted((ROOT / "talkwave/settings").glob("*.py"))
    text = "".join(file.read_text() for file in files)
    return re.findall(r'env\.(?:text|path|flag|number|decimal|words|places|rate)\(\s*"(\w+)"', text)


@pytest.mark.parametrize("name", names_read())
def test_every_setting_is_in_the_operators_table_and_in_the_example(name: str) -> None:
    assert f"| `{name}` |" in (ROOT / "docs/operators.md").read_text()
    assert re.search(rf"^#? ?{name}=", (ROOT / ".env.example").read_text(), re.MULTILINE)


def defaults() -> list[tuple[str, str, Any]]:
    """Name, kind and default of every setting whose default is a figure, and nothing that is worked out."""
    found = []
    for file in sorted((ROOT / "talkwave/settings").glob("*.py")):
        for name, kind, default in re.findall(
            r'^(\w+) = env\.(number|decimal|rate|flag)\(\s*"\1", ([^,)]+)', file.read_text(), re.MULTILINE
        ):
            found.append((name, kind, eval(default, {})))  # noqa: S307  (products, too: the settings are ours)
    return found


@pytest.mark.parametrize(("name", "kind", "default"), defaults())
def test_the_table_and_the_example_have_the_default_the_code_has(name: str, kind: str, default: Any) -> None:
    table = re.search(rf"^\| `{name}` \| `([^`]+)` \|", (ROOT / "docs/operators.md").read_text(), re.MULTILINE)
    example = re.search(rf"^#? ?{name}=(.+)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert table and example
    told = [getattr(Env({name: text}), kind)(name, default) for text in (table[1], example[1])]
    assert told == [getattr(Env({}), kind)(name, default)] * 2


def test_the_compose_file_passes_on_whatever_mail_needs() -> None:
    mail = re.findall(r'env\.\w+\(\s*"(\w*EMAIL\w*)"', (ROOT / "talkwave/settings/services.py").read_text())
    passed_on = (ROOT / "deploy/compose.yaml").read_text()
    assert len(mail) == 8
    assert [name for name in mail if f"      {name}: ${{" not in passed_on] == []


def test_the_table_and_the_example_have_no_setting_that_is_not_read() -> None:
    table = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs/operators.md").read_text(), re.MULTILINE)
    example = re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert sorted(table) == sorted(example) == sorted(names_read())


def test_every_limit_says_what_happens_at_it() -> None:
    text = "".join(file.read_text() for file in sorted((ROOT / "talkwave/settings").glob("*.py")))
    limits = re.findall(r"^(\w+_(?:MAX|MOST|AT_ONCE)(?:_\w+)?) = ", text, re.MULTILINE)
    page = (ROOT / "docs/bounds.md").read_text()
    assert len(limits) > 40
    assert [name for name in limits if f"`{name}`" not in page] == []
