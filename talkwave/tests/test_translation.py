"""Everything people read comes in German too: a new sentence without its German fails here.

Needs none of gettext's tools: the sentences are read from the sources, the catalogue by a parser of its few rules.
"""

import ast
import gettext
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation
from django.utils.translation.template import templatize

from rooms.models import Role
from rooms.system import LINES

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ["talkwave", "accounts", "presence", "rooms"]
CATALOGUE = ROOT / "locale" / "de" / "LC_MESSAGES" / "django.po"
# What stands in a template as it is: names, and the keys and signs of every keyboard.
UNTRANSLATED = {"C", "D", "E", "F", "K", "P", "Q", "R", "S", "T", "U", "X", "https"}
SHOWN_ATTRIBUTES = {
    "aria-label",
    "title",
    "placeholder",
    "alt",
    "data-confirm",
    "data-confirm-title",
    "data-confirm-button",
}

Key = tuple[str, str]  # context, sentence

_CONTEXT_FIRST = {"pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"}
_STRING = r"""(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
_IN_TEMPLATE = re.compile(
    rf"\b(n?p?gettext|_)\(\s*u?({_STRING})(?:\s*,\s*u?({_STRING}))?(?:\s*,\s*u?({_STRING}))?", re.S
)


def templates() -> list[Path]:
    return sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".txt"})


def python_files() -> list[Path]:
    return [
        path
        for app in APPS
        for path in sorted((ROOT / app).rglob("*.py"))
        if not {"tests", "migrations"} & set(path.parts)
    ]


def keys_of(function: str, strings: list[str]) -> Key:
    """A plural is found under its singular, so two strings are enough."""
    return (strings[0], strings[1]) if function in _CONTEXT_FIRST else ("", strings[0])


def sentences_of_template(path: Path) -> Iterator[Key]:
    for function, *literals in _IN_TEMPLATE.findall(templatize(path.read_text(), origin=str(path))):
        yield keys_of(function, [ast.literal_eval(literal) for literal in literals if literal])


def sentences_of_python(path: Path) -> Iterator[Key]:
    tree = ast.parse(path.read_text())
    names = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if "gettext" in alias.name
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        function = names.get(called) or (called if "gettext" in called else None)
        strings = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if function and strings:
            yield keys_of(function, strings)


def catalogue() -> dict[Key, dict[str, Any]]:
    """The entries of the .po file: `plural` (or None), `forms`, `fuzzy`."""
    entries: dict[Key, dict[str, Any]] = {}
    for block in re.split(r"\n\s*\n", CATALOGUE.read_text(encoding="utf-8")):
        parts: dict[str, str] = {}
        field = ""
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            if line.startswith("msg"):
                field, line = line.split(" ", 1)
                parts[field] = ""
            parts[field] += ast.literal_eval(line)
        if "msgid" in parts:
            entries[parts.get("msgctxt", ""), parts["msgid"]] = {
                "plural": parts.get("msgid_plural"),
                "forms": [text for name, text in sorted(parts.items()) if name.startswith("msgstr")],
                "fuzzy": any(line.startswith("#,") and "fuzzy" in line for line in block.splitlines()),
            }
    return entries


def blanks(text: str) -> Counter[str]:
    """What is filled in, and the tags: both have to survive a translation."""
    return Counter(re.findall(r"%\(\w+\)[a-z]|\{\w+\}|</?\w+>", text))


def test_every_sentence_of_the_sources_has_its_german() -> None:
    known = catalogue()
    missing = {
        f"{path.relative_to(ROOT)}: {key[1]}"
        for files, read in [(templates(), sentences_of_template), (python_files(), sentences_of_python)]
        for path in files
        for key in read(path)
        if key not in known or known[key]["fuzzy"] or not all(known[key]["forms"])
    }
    assert not missing, "no German yet (make messages, then translate):\n" + "\n".join(sorted(missing))


def test_the_sources_are_really_read() -> None:
    assert ("", "Sign in") in set(sentences_of_template(ROOT / "templates/account/login.html"))
    assert ("key", "Ctrl") in set(sentences_of_template(ROOT / "templates/rooms/_keyboard.html"))
    assert ("", "This account is suspended.") in {key for path in python_files() for key in sentences_of_python(path)}


def test_a_translation_keeps_what_is_filled_in_and_the_manner() -> None:
    for (_, singular), entry in catalogue().items():
        if not singular:
            continue
        sentence, forms = entry["plural"] or singular, entry["forms"]
        assert len(forms) == (2 if entry["plural"] else 1), singular
        assert blanks(forms[-1]) == blanks(sentence), singular
        for form in forms:
            assert form[-1:] == sentence[-1:] or not {form[-1:], sentence[-1:]} & set(".:?…\n"), singular
            assert "!" not in form, singular


def test_what_is_compiled_is_what_is_written() -> None:
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    written: dict[Any, str] = {}
    for (context, sentence), entry in catalogue().items():
        name = f"{context}\x04{sentence}" if context else sentence
        for number, form in enumerate(entry["forms"]):
            written[(name, number) if entry["plural"] else name] = form
    found = dict(compiled._catalog)  # type: ignore[attr-defined]
    # The header: the tools write it their way.
    assert found.pop("")
    assert written.pop("")
    assert found == written, "run `make messages`: the .mo file is not made from this .po file"


class _Shown(HTMLParser):
    """Collects what a person would read in a template without its tags."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.inside: list[str] = []

    def handle_data(self, data: str) -> None:
        # A letter on a key is that letter everywhere, and what is to be typed as it stands is no sentence.
        key = "kbd" in self.inside and len(data.strip()) == 1
        if not key and "code" not in self.inside:
            self.words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            self.inside.remove(tag)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("kbd", "code"):
            self.inside.append(tag)
        self.words += [value or "" for name, value in attrs if name in SHOWN_ATTRIBUTES]


def words_past_the_catalogue(path: Path) -> set[str]:
    text = path.read_text()
    text = re.sub(r"\{% comment %\}.*?\{% endcomment %\}|\{#.*?#\}", "", text, flags=re.S)
    text = re.sub(r"\{% blocktrans(?:late)?\b.*?\{% endblocktrans(?:late)? %\}", "", text, flags=re.S)
    text = re.sub(r"\{% block (?:body_class|\w+_attrs) %\}.*?\{% endblock %\}", "", text, flags=re.S)
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.S)
    shown = _Shown()
    shown.feed(re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.S))
    return {word for text in shown.words for word in re.findall(r"[^\W\d_][\w'-]*", text)} - UNTRANSLATED


def test_no_template_says_anything_past_the_catalogue() -> None:
    found = {str(path.relative_to(ROOT)): words for path in templates() if (words := words_past_the_catalogue(path))}
    assert not found, "words outside of {% translate %}"


def test_what_the_scripts_ask_for_by_name_is_among_the_words() -> None:
    """A word that is missing shows its key to people."""
    there = {word for path in templates() for word in re.findall(r'data-word="([^"]+)"', path.read_text())}
    scripts = "\n".join(path.read_text() for path in sorted((ROOT / "static" / "js").rglob("*.js")))
    asked = set(re.findall(r'\bword\("([^"]+)"', scripts))
    asked |= {f"{key}.other" for key in re.findall(r'\bplural\("([^"]+)"', scripts)}
    assert len(asked) > 100
    assert asked <= there


def test_what_happened_in_a_room_is_told_alike_by_the_server_and_by_the_page() -> None:
    with translation.override("de"):
        page = render_to_string("rooms/_timeline_words.html")
        words = dict(re.findall(r'data-word="([\w.-]+)">(.*?)</span>', page))
        for event, line in LINES.items():
            assert words[f"system.{event}"] == translation.gettext(line)
        for role in Role:
            assert words[f"role.{role.value}"] == role.label


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "language", "said"), [("de-AT,de;q=0.9", "de", "Anmelden"), ("tlh", "en", "Sign in")]
)
def test_who_is_not_signed_in_reads_the_browsers_language(asked: str, language: str, said: str) -> None:
    page = Client().get("/accounts/login/", headers={"accept-language": asked}).content.decode()
    assert f'<html lang="{language}"' in page
    assert said in page
