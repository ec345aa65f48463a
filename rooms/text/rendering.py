"""From a message's body to its HTML, safe to put on any page."""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from rooms.text.characters import is_visible, settle
from rooms.text.emojis import is_jumbo
from rooms.text.formulas import FORMULAS_MOST, NotMath, mathml
from rooms.text.highlighting import highlight, language_of
from rooms.text.markdown import MARKDOWN, parse
from rooms.text.sanitising import sanitise

# Goes up when the same body gives other HTML; stored messages keep what they were rendered to.
RENDERER_VERSION: Final = 2

# HTML beyond this (a wall of tiny tokens) is not worth its weight on every reader's wire.
HTML_MOST: Final = 100_000

Mentioned = Mapping[str, tuple[int, str]]
Own = Mapping[str, str]
_NO_OWN: Final[Own] = {}
_OWN_ALONE: Final = re.compile(r"<p>((?:[^<>]|<img class=\"emoji\"[^<>]*>)+)</p>")
_OWN_IMAGE: Final = re.compile(r"<img[^<>]*>")


def render(body: str, mentioned: Mentioned, own: Own = _NO_OWN) -> str:
    """The body as safe HTML.

    `mentioned` has, by key, the id and name of those who may be named here: people, rooms (their key begins with `#`),
    and where the author may call them, `everyone` and `here`, which have the id 0; `own` the addresses of the community's
    own emoji, by name.
    """
    plain = render_fast(body)
    return render_slow(body, mentioned, own) if plain is None else plain


# --- The fast path: most of what people say has no markup ---------------------------------------------
# What follows must say nothing that Markdown, links, emoji names, mentions or the sanitiser would touch;
# rooms/tests/test_text_fast.py holds both paths to the same output.
_LETTERS: Final = (
    "A-Za-z\u00c0-\u024f\u0391-\u03a1\u03a3-\u03c9\u0400-\u0481\u048a-\u052f\u05d0-\u05ea\u0621-\u063a\u0641-\u064a"
    "\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3"
)
_SYMBOLS: Final = (
    "\u00a1-\u00ac\u00ae-\u00bf\u2010-\u2015\u2018-\u2027\u2030-\u203a\u20a0-\u20bf\u2190-\u21ff\u2600-\u27bf"
    "\u3001\u3002\uff01\uff0c\uff1f\U0001f300-\U0001f64f\U0001f680-\U0001f6ff\U0001f900-\U0001faff"
)
_START: Final = rf"(?:[{_LETTERS}\"'(\u00ab\u00bf\u00a1\u2018-\u201e]|(?!\d{{1,9}}[.)](?:\s|\Z))[0-9])"
_PLAIN: Final = re.compile(
    rf"""
    {_START}
    (?:
        [{_LETTERS}{_SYMBOLS}0-9,;?!'"()%={{}}^<>+\-]++
      | \x20++ (?![\n]|\Z)
      | \. (?![^\W\d])     # before a letter it may be a domain
      | : (?=[\s()]|\Z|-?[()]|[DPpO](?![\w:+\-])|\d\d(?![\w:+\-]))   # the end of a word, a smiley, a time
      | / (?!/)
      | & (?![#A-Za-z])
      | [#] (?!\[|\d*+[^\W\d])   # before a word it may be a room; #1 is none
      | \$ (?!\$ | [^\s$] [^$\n]* (?<!\s) \$)   # a price; what stands between two may be a formula
      | \n (?={_START})
    )*+
    """,
    re.VERBOSE,
)


def render_fast(body: str) -> str | None:
    """The HTML of a body without any markup, in some microseconds; None where render_slow must look."""
    if _PLAIN.fullmatch(body) is None:
        return None
    if "&" in body:
        body = body.replace("&", "&amp;")
    if "<" in body:
        body = body.replace("<", "&lt;")
    if ">" in body:
        body = body.replace(">", "&gt;")
    if "\n" in body:
        body = body.replace("\n", "<br>\n")
    return f"<p>{body}</p>"


# --- The slow path ------------------------------------------------------------------------------------
def render_slow(body: str, mentioned: Mentioned, own: Own = _NO_OWN) -> str:
    """Markdown, then the sanitiser; what would not show, or is nested too deep, stands as it was typed."""
    tokens = parse(body)
    if not any(map(is_visible, _texts(tokens))):
        return as_typed(body)
    made = _RENDERER.render(tokens, MARKDOWN.options, {"mentioned": mentioned, "own": own, "math": 0})
    if len(made) > HTML_MOST:
        return as_typed(body)
    safe = settle(sanitise(made)).rstrip("\n")
    if own and (alone := _OWN_ALONE.fullmatch(safe)) and is_jumbo(_OWN_IMAGE.sub("🌊", alone[1])):
        safe = safe.replace("<p>", '<p class="jumbo">', 1)
    return safe if len(safe) <= HTML_MOST else as_typed(body)


def as_typed(body: str) -> str:
    """The body without any formatting."""
    lines = html.escape(body.strip(), quote=False).replace("\n", "<br>\n")
    return settle(sanitise(f"<p>{lines}</p>"))


def _texts(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.children:
            yield from _texts(token.children)
        elif token.type == "hr":
            yield token.markup
        else:
            yield token.content


class _Renderer(RendererHTML):
    """What differs from markdown-it's own HTML. Its method names are the token types."""

    def mention(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        token = tokens[idx]
        person = env["mentioned"].get(token.meta["key"])
        if person is None:
            return html.escape(token.content)
        who = int(person[0]) or token.meta["key"]
        return f'<span class="mention" data-user="{who}">@{html.escape(person[1])}</span>'

    def room(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        token = tokens[idx]
        room = env["mentioned"].get(token.meta["key"])
        if room is None:
            return html.escape(token.content)
        return f'<a href="/rooms/{int(room[0])}/">#{html.escape(room[1])}</a>'

    def own_emoji(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        token = tokens[idx]
        address = env["own"].get(token.meta["name"])
        name = html.escape(token.content)
        return f'<img class="emoji" src="{html.escape(address)}" alt="{name}" title="{name}">' if address else name

    def fence(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        token = tokens[idx]
        if token.info.strip().lower() == "math" and (made := _formula(token, env, block=True)):
            return made + "\n"
        language = language_of(token.info)
        label = f' data-language="{language}"' if language else ""
        return f'<pre class="code"{label} tabindex="0"><code>{highlight(token.content, language)}</code></pre>\n'

    def math(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        token = tokens[idx]
        return _formula(token, env, block=token.markup == "$$") or html.escape(_source(token), quote=False)

    def math_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        token = tokens[idx]
        made = _formula(token, env, block=True)
        return (
            made or f'<pre class="code" tabindex="0"><code>{html.escape(_source(token), quote=False)}</code></pre>'
        ) + "\n"

    def task(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        # Shown, not to be ticked: only the author changes the words. The words beside it are its name.
        return f"<input{' checked' if tokens[idx].info == 'done' else ''} disabled> "

    def table_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return '<div class="table" tabindex="0"><table>\n'

    def table_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return "</table></div>\n"


def _source(token: Token) -> str:
    return f"{token.markup}{token.content}{token.markup}"


def _formula(token: Token, env: Any, *, block: bool) -> str:
    """The formula as MathML; empty where it is none, or the message holds too many."""
    env["math"] += len(token.content)
    if env["math"] > FORMULAS_MOST:
        return ""
    try:
        made = mathml(token.content.strip(), block=block)
    except NotMath:
        return ""
    return f'<div class="formula" tabindex="0">{made}</div>' if block and token.type != "math" else made


_RENDERER: Final = _Renderer()
