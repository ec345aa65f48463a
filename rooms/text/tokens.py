"""Our own words in the Markdown: mentions, rooms, emoji, spoilers, tasks, images that become links."""

import re
from collections.abc import Iterator
from typing import Final

from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, image, link, linkify
from markdown_it.token import Token

from accounts.names import MAX_LENGTH, username_key
from rooms.text.emojis import OWN_NAME, is_jumbo, replace_names

# What is nested deeper is shown as it was typed: Markdown itself would drop the text inside.
NESTING_MOST: Final = 20
COLUMNS_MOST: Final = 40
BRACKETS_MOST: Final = 400
ADDRESSES_MOST: Final = 100
# A name as accounts.names allows it; a full stop or hyphen at its end belongs to the sentence.
_MENTION: Final = re.compile(r"(?<![\w@/])@([^\W_]\w*(?:[.\-]+\w+)*)")
# A room: its name where that is a word, in brackets where it has spaces. A number alone is an issue or a rank.
_ROOM: Final = re.compile(r"(?<![\w#/&])#(?:(?!\d+\b)([^\W_]\w*(?:[.\-]+\w+)*)|\[([^\[\]\n]{1,80})\])")
_TASK: Final = re.compile(r"\[([ xX])\] ")


class TooDeep(Exception):
    """Quotes, lists or emphasis are nested beyond NESTING_MOST."""


def guard_depth(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A block rule that stops before markdown-it's own limit would silently drop text."""
    if state.level >= NESTING_MOST:
        raise TooDeep
    return False


def bounded_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Tables, but no walls of them: each cell is parsed by itself."""
    if state.src.count("|", state.bMarks[start], state.eMarks[start]) > COLUMNS_MOST:
        return False
    return table(state, start, end, silent)


def bounded_link(state: StateInline, silent: bool) -> bool:
    """Links where brackets are few enough to look for the partner of each."""
    return state.src[state.pos] == "[" and state.src.count("[") <= BRACKETS_MOST and link(state, silent)


def bounded_image(state: StateInline, silent: bool) -> bool:
    """Images likewise."""
    return state.src[state.pos] == "!" and state.src.count("[") <= BRACKETS_MOST and image(state, silent)


def bounded_linkify(state: StateInline, silent: bool) -> bool:
    """Whole addresses, before their signs can count as formatting; past the bound the core rule finds them alone."""
    whole = state.src
    if not whole.startswith("://", state.pos) or whole.count("://") > ADDRESSES_MOST:
        return False
    # The library's rule does not see that the text ends here, as within a spoiler.
    state.src = whole[: state.posMax]
    try:
        return linkify(state, silent)
    finally:
        state.src = whole


def spoiler(state: StateInline, silent: bool) -> bool:
    """`||text||`; a space on the inner side, or a word on the outer, means the shell's "or" instead."""
    start = state.pos
    source = state.src
    if not source.startswith("||", start):
        return False
    inner = start + 2
    if inner >= state.posMax or source[inner].isspace() or source[inner] == "|":
        return False
    if start and (source[start - 1].isalnum() or source[start - 1] == "|"):
        return False
    end = source.find("||", inner, state.posMax)
    if end < 0 or source[end - 1].isspace() or source[end + 2 : end + 3].isalnum():
        return False
    if not silent:
        outer_end = state.posMax
        state.push("spoiler_open", "span", 1).attrs = {"class": "spoiler", "tabindex": "0"}
        state.pos, state.posMax = inner, end
        state.md.inline.tokenize(state)
        state.push("spoiler_close", "span", -1)
        state.posMax = outer_end
    state.pos = end + 2
    return True


def enrich(state: StateCore) -> None:
    """The core rule: after links are found, before escaped characters join the text, so that `\\@ann` stays text."""
    tokens = state.tokens
    for place, token in enumerate(tokens):
        if token.type == "inline" and token.children:
            token.children = list(_inline(token.children))
            if place > 1 and tokens[place - 2].type == "list_item_open":
                _mark_task(tokens[place - 2], token.children)
        elif token.type in ("heading_open", "heading_close"):
            # A page has one h1, and it is not in a message: a heading here is a paragraph that looks like one.
            token.tag = "p"
            token.attrs = {"class": "heading"} if token.nesting == 1 else {}
        elif token.type in ("th_open", "td_open"):
            # markdown-it writes style="text-align:right"; inline styles are not allowed on our pages.
            style = str(token.attrs.pop("style", ""))
            if style:
                token.attrs["class"] = style.removeprefix("text-align:")
    if len(tokens) == 3 and tokens[0].type == "paragraph_open":
        children = tokens[1].children or []
        if all(child.type in ("text", "softbreak") for child in children) and is_jumbo(
            " ".join(child.content for child in children)
        ):
            tokens[0].attrs = {"class": "jumbo"}


def _inline(children: list[Token]) -> Iterator[Token]:
    inside = ""
    for token in children:
        if token.level > NESTING_MOST:
            raise TooDeep
        if token.type == "link_open":
            inside = token.info or "link"
        elif token.type == "link_close":
            inside = ""
        elif token.type == "image":
            yield from _image(token, in_link=bool(inside))
            continue
        elif token.type == "text" and inside != "auto":
            token.content = replace_names(token.content)
            for part in _own_emoji(token):
                if part.type != "text" or inside:
                    yield part
                    continue
                for piece in _mentions(part) if "@" in part.content else (part,):
                    if piece.type == "text" and "#" in piece.content:
                        yield from _rooms(piece)
                    else:
                        yield piece
            continue
        yield token


def _own_emoji(token: Token) -> Iterator[Token]:
    """The text with what may be the community's own emoji as tokens; the renderer knows which are."""
    if token.content.count(":") < 2:
        yield token
        return
    text = token.content
    done = 0
    for match in OWN_NAME.finditer(text):
        if match.start() > done:
            yield Token("text", "", 0, content=text[done : match.start()])
        yield Token("own_emoji", "", 0, content=match[0], meta={"name": match[1]})
        done = match.end()
    if done < len(text) or not text:
        yield Token("text", "", 0, content=text[done:])


def _image(token: Token, *, in_link: bool) -> Iterator[Token]:
    """Pictures from elsewhere would tell their server who reads: the address is offered, nothing is fetched."""
    address = str(token.attrs.get("src", ""))
    text = Token("text", "", 0, content=token.content or address)
    if in_link or not address:
        yield text
        return
    yield Token("link_open", "a", 1, attrs={"href": address})
    yield text
    yield Token("link_close", "a", -1)


def _mentions(token: Token) -> Iterator[Token]:
    text = token.content
    done = 0
    for match in _MENTION.finditer(text):
        if len(match[1]) > MAX_LENGTH:
            continue
        if match.start() > done:
            yield Token("text", "", 0, content=text[done : match.start()])
        yield Token("mention", "", 0, content=match[0], meta={"key": username_key(match[1])})
        done = match.end()
    if done < len(text):
        yield Token("text", "", 0, content=text[done:])


def _rooms(token: Token) -> Iterator[Token]:
    text = token.content
    done = 0
    for match in _ROOM.finditer(text):
        if match.start() > done:
            yield Token("text", "", 0, content=text[done : match.start()])
        yield Token("room", "", 0, content=match[0], meta={"key": f"#{username_key(match[1] or match[2])}"})
        done = match.end()
    if done < len(text):
        yield Token("text", "", 0, content=text[done:])


def _mark_task(item: Token, children: list[Token]) -> None:
    first = children[0]
    if first.type == "text" and (match := _TASK.match(first.content)):
        done = match[1] != " "
        item.attrs = {"class": "task"}
        first.content = first.content[match.end() :]
        box = Token("task", "input", 0, content="☑ " if done else "☐ ", info="done" if done else "")
        children[:] = [Token("label_open", "label", 1), box, *children, Token("label_close", "label", -1)]
