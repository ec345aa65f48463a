"""Math: where it stands in a message (`$…$`, `$$…$$`, a fence of `math`), and LaTeX made into MathML.

The library builds a tree; what goes out is written here, element by element, from an allowlist: it passes on `\\href`,
`\\style` and the text of `\\text{…}` as they come.
"""

import html
import re
from typing import Final
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

# A formula beyond this is a document; the library takes some 12 ms for the worst of this length.
FORMULA_MOST: Final = 1_000
# What all formulas of a message may hold together; those beyond stand as they were typed.
FORMULAS_MOST: Final = 3_000
DEPTH_MOST: Final = 30

# What each element must hold for a browser to draw it as meant; None: any number.
_CHILDREN: Final[dict[str, int | None]] = {
    "math": None, "mrow": None, "mi": 0, "mn": 0, "mo": 0, "mtext": 0, "ms": 0, "mspace": 0,
    "mfrac": 2, "msqrt": None, "mroot": 2, "msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "mover": 2, "munderover": 3,
    "mmultiscripts": None, "mprescripts": 0, "none": 0, "mstyle": None, "mpadded": None, "mphantom": None, "menclose": None,
    "mtable": None, "mtr": None, "mtd": None,
}  # fmt: skip
TAGS: Final = frozenset(_CHILDREN) - {"none", "mprescripts", "mmultiscripts", "ms", "menclose", "mpadded"}
# Nothing that moves signs out of their place, gives them a colour or a size of its own, or leads anywhere.
_YES_NO: Final = frozenset({"true", "false"})
VALUES: Final[dict[str, dict[str, set[str]]]] = {
    "math": {"display": {"block", "inline"}},
    "mi": {"mathvariant": {"normal"}},
    "mo": {
        **{name: set(_YES_NO) for name in ("stretchy", "fence", "separator", "largeop", "movablelimits", "accent")},
        "form": {"prefix", "infix", "postfix"},
    },
    "mover": {"accent": set(_YES_NO)},
    "munder": {"accentunder": set(_YES_NO)},
    "mfrac": {"linethickness": {"0"}},
    "mstyle": {"displaystyle": set(_YES_NO), "scriptlevel": {"0", "1", "2"}},
    "mtable": {"displaystyle": set(_YES_NO)},
    # As written by the library, in steps that LaTeX has a command for: a space as wide as one likes is none of them.
    "mspace": {"width": {"0.167em", "0.222em", "0.278em", "0.333em", "1em", "2em", "-0.167em"}},
}
CLASSES: Final = {"mtd": {"left", "center", "right"}}

# Macros grow without bound; the others reach out of the formula. They are refused before the library sees them.
_REFUSED: Final = re.compile(
    r"\\(?:(?:re)?new|provide|def|let|DeclareMath|href|url|style|class|cssId|html|include|verb|require|rule|llap|rlap|clap)"
)
# The same by the names most people know them by; the library would run their lines together.
_KNOWN_AS: Final = {"aligned": "align*", "gathered": "matrix", "gather": "matrix", "gather*": "matrix"}
_ENVIRONMENT: Final = re.compile(r"(\\(?:begin|end)\s*\{)(aligned|gathered|gather\*?)(?=\})")
# What begins with an amount and goes on in words is two prices, unless it calculates.
_PRICE: Final = re.compile(r"\d[^\\^_=+<>*{}]*\s[^\\^_=+<>*{}]*\Z")


class NotMath(Exception):
    """This is no formula the library and a browser both understand: show it as it was typed."""


def mathml(source: str, *, block: bool) -> str:
    """LaTeX as MathML, its signs escaped; raises NotMath."""
    if len(source) > FORMULA_MOST or _REFUSED.search(source) or not source.strip():
        raise NotMath
    source = _ENVIRONMENT.sub(lambda found: found[1] + _KNOWN_AS[found[2]], source)
    try:
        tree = convert_to_element(source, display="block" if block else "inline")
    except (Exception, RecursionError) as error:  # the library raises whatever its parser stumbles over
        raise NotMath from error
    out: list[str] = []
    _write(tree, out, 0)
    return "".join(out)


def _write(element: Element, out: list[str], depth: int) -> None:
    tag = element.tag
    wanted = _CHILDREN.get(tag, -1)
    if depth > DEPTH_MOST or wanted == -1 or (wanted is not None and len(element) != wanted):
        raise NotMath
    text = html.unescape(element.text or "")
    if text.startswith("\\") or text == "&" or "linebreak" in element.attrib:
        # A command the library does not know comes back as an identifier, columns and lines outside a table as signs
        # that no browser breaks at.
        raise NotMath
    shown = tag if tag in TAGS else "mrow"
    out.append(f"<{shown}")
    allowed = VALUES.get(shown, {})
    for name, value in element.attrib.items():
        if value in allowed.get(name, ()):
            out.append(f' {name}="{value}"')
    if tag == "mtd" and element.get("columnalign") in CLASSES["mtd"]:
        out.append(f' class="{element.get("columnalign")}"')
    out.append(f">{html.escape(text, quote=False)}")
    for child in element:
        _write(child, out, depth + 1)
    out.append(f"</{shown}>")


def dollars(state: StateInline, silent: bool) -> bool:
    """`$a$` and `$$a$$` within a line. Prices stay text: see `_is_formula`."""
    start, source = state.pos, state.src
    if source[start] != "$":
        return False
    mark = "$$" if source.startswith("$$", start) else "$"
    inner = start + len(mark)
    end = source.find(mark, inner, state.posMax)
    if end < 0 or not _is_formula(source, start, inner, end, mark):
        # All the signs at once: of a row of them none opens anything.
        return False
    if not silent:
        state.push("math", "math", 0).content = source[inner:end].strip()
        state.tokens[-1].markup = mark
    state.pos = end + len(mark)
    return True


def _is_formula(source: str, start: int, inner: int, end: int, mark: str) -> bool:
    content = source[inner:end]
    after = source[end + len(mark) : end + len(mark) + 1]
    before = source[start - 1 : start] if start else ""
    if not content.strip() or len(content) > FORMULA_MOST or "$" in content or after == "$" or before == "$":
        return False
    if mark == "$$":
        return True
    # As pandoc has it: no space on the inner side, no word or digit on the outer. `US$5`, `$5 and $10`, `$HOME/$X` are none.
    if content[0].isspace() or content[-1].isspace() or "\n" in content or before.isalnum() or after.isalnum():
        return False
    return _PRICE.match(content) is None


def math_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`$$` at the beginning of a line, up to `$$` at the end of this or a later one."""
    begin = state.bMarks[start] + state.tShift[start]
    if not state.src.startswith("$$", begin) or state.src.startswith("$$$", begin):
        return False
    line, first = start, begin + 2
    while line < end:
        stop = state.src.rfind("$$", max(first, state.bMarks[line]), state.eMarks[line])
        if stop >= 0 or (line > start and state.sCount[line] < state.blkIndent):
            break
        line += 1
    else:
        return False
    if stop < 0 or state.src[stop + 2 : state.eMarks[line]].strip():
        return False
    content = (
        state.src[first:stop]
        if line == start
        else "\n".join(
            [state.src[first : state.eMarks[start]], state.getLines(start + 1, line, state.blkIndent, False)]
        )
        + "\n"
        + state.src[state.bMarks[line] + state.tShift[line] : stop]
    )
    if not content.strip() or len(content) > FORMULA_MOST or "$" in content:
        return False
    if not silent:
        token = state.push("math_block", "math", 0)
        token.content, token.markup, token.block, token.map = content.strip(), "$$", True, [start, line + 1]
    state.line = line + 1
    return True
