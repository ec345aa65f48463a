"""Code in colours, by Pygments, as classes."""

import functools
import html
from typing import Final

from pygments.formatters.html import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class_by_name
from pygments.util import ClassNotFound

LINES_MOST: Final = 200
CHARACTERS_MOST: Final = 6_000
# Lines beyond this are data or minified code: no lexer is made for them, and nobody reads them by colour.
LINE_LENGTH_MOST: Final = 500

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
_FORMATTER: Final = HtmlFormatter(nowrap=True)


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
    """The code as HTML: coloured up to LINES_MOST lines, the rest of it plain."""
    lexer_class = _lexer_class(language) if language else None
    if lexer_class is None or len(code) > CHARACTERS_MOST:
        return html.escape(code, quote=False)
    lines = code.splitlines(keepends=True)
    if max(map(len, lines), default=0) > LINE_LENGTH_MOST:
        return html.escape(code, quote=False)
    lexer = lexer_class(stripnl=False, ensurenl=False)
    coloured = "".join(_spans(lexer, "".join(lines[:LINES_MOST])))
    return coloured + html.escape("".join(lines[LINES_MOST:]), quote=False)


def _spans(lexer: Lexer, code: str) -> list[str]:
    return [piece for _is_code, piece in _FORMATTER._format_lines(lexer.get_tokens(code))]
