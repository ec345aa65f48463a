"""Code in colours, by Pygments, as classes."""

import functools
import html
import re
from collections.abc import Iterator
from typing import Any, Final

from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class_by_name
from pygments.token import STANDARD_TYPES
from pygments.util import ClassNotFound

LINES_MOST: Final = 200
CHARACTERS_MOST: Final = 6_000
# Lines beyond this are data or minified code: no lexer is made for them, and nobody reads them by colour.
LINE_LENGTH_MOST: Final = 200

# Spans are what costs, in the sanitiser and on the wire: the rest of a denser block goes on plain.
SPANS_MOST: Final = 2_500
# A row of so many words is prose: Java's lexer, for one, takes the cube of its length to find that out.
_NOT_CODE: Final = re.compile(r"(?<![\w.\[\]$<>?])(?:[\w.\[\]$<>?]++\s++){80}")

# Pygments has some 500 lexers, not all of them quick on hostile text. These are tried in
# rooms/tests/test_text_limits.py; the name before the first space is the label.
_LANGUAGES: Final = """
bash sh shell zsh|c h|cpp c++ cxx hpp|csharp c# cs|css|clojure clj|cmake|dart|diff patch udiff|docker dockerfile
elixir ex|erlang erl|fortran|go golang|graphql|groovy|haskell hs|html|http|ini cfg conf|java|javascript js jsx mjs
json|julia jl|kotlin kt|less|lisp common-lisp|lua|make makefile|markdown md|matlab|nginx|nix|objective-c objc
ocaml|pascal delphi|perl pl|php|powershell ps1 pwsh|protobuf proto|python py python3|pycon|r|ruby rb|rust rs
sass|scala|scheme|scss|sql|swift|tcl|terraform hcl tf|toml|typescript ts|tsx|vim|xml svg|yaml yml|zig
"""
_ALIASES: Final = {
    alias: names[0]
    for entry in _LANGUAGES.replace("\n", "|").strip("|").split("|")
    if (names := entry.split())
    for alias in names
}


@functools.cache
def _lexer_class(language: str) -> type[Lexer] | None:
    try:
        return find_lexer_class_by_name(language)
    except ClassNotFound:
        return None


def language_of(info: str) -> str:
    """The language after a fence's backticks, by its usual name; empty where we do not know it."""
    word = info.split(maxsplit=1)[0].lower() if info.strip() else ""
    return _ALIASES.get(word, "")


def highlight(code: str, language: str) -> str:
    """The code as HTML: coloured up to LINES_MOST lines and SPANS_MOST spans, the rest of it plain."""
    lexer_class = _lexer_class(language) if language else None
    if lexer_class is None or len(code) > CHARACTERS_MOST or _NOT_CODE.search(code):
        return html.escape(code, quote=False)
    lines = code.splitlines(keepends=True)
    if max(map(len, lines), default=0) > LINE_LENGTH_MOST:
        return html.escape(code, quote=False)
    rest = "".join(lines[LINES_MOST:])
    return "".join(_coloured(lexer_class, "".join(lines[:LINES_MOST]))) + html.escape(rest, quote=False)


def _coloured(lexer_class: type[Lexer], code: str) -> Iterator[str]:
    done = 0
    for spans, (token_type, value) in enumerate(lexer_class(stripnl=False, ensurenl=False).get_tokens(code), 1):
        name = _class_of(token_type)
        text = html.escape(value, quote=False)
        yield f'<span class="{name}">{text}</span>' if name and not value.isspace() else text
        done += len(value)
        if spans == SPANS_MOST:
            yield html.escape(code[done:], quote=False)
            return


@functools.cache
def _class_of(token_type: Any) -> str:
    """Pygments' short class for a kind of token, or for the nearest kind above that has one."""
    while token_type not in STANDARD_TYPES:
        token_type = token_type.parent
    return STANDARD_TYPES[token_type]
