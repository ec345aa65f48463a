"""The style sheets keep what they promise: layers, contrast in both looks, no stray colours, every icon there."""

import math
import re
from pathlib import Path

import pytest
from django.conf import settings

CSS = Path(settings.BASE_DIR) / "static" / "css"
ICONS = Path(settings.BASE_DIR) / "static" / "img" / "icons.svg"
TEMPLATES = Path(settings.BASE_DIR) / "templates"
# app.css is the list of the others.
SHEETS = sorted(set(CSS.glob("*.css")) - {CSS / "app.css"})

PAIR = re.compile(r"--([\w-]+): light-dark\(oklch\(([\d. ]+)\), oklch\(([\d. ]+)\)\);")
ALIAS = re.compile(r"--([\w-]+): var\(--([\w-]+)\);")

# Text on its ground, and the contrast it owes: 7 for message text (AAA), 4.5 for all other text (AA), 3 for marks.
OWED = [
    *[
        ("text", ground, 7)
        for ground in ("surface", "surface-raised", "surface-sunken", "surface-hover", "mention-soft")
    ],
    *[("accent-text", ground, 7) for ground in ("surface", "surface-raised")],
    *[("text-muted", ground, 4.5) for ground in ("surface", "surface-raised", "surface-sunken", "surface-hover")],
    *[(word, "surface-raised", 4.5) for word in ("danger", "success", "warning", "mention", "accent")],
    *[(word, f"{word}-soft", 4.5) for word in ("danger", "success", "warning")],
    ("text-muted", "mention-soft", 4.5),
    ("text-muted", "accent-soft", 4.5),
    ("accent-text", "accent-soft", 4.5),
    ("accent-text", "surface-sunken", 4.5),
    ("on-accent", "accent", 4.5),
    ("on-accent", "accent-hover", 4.5),
    ("on-danger", "danger-fill", 4.5),
    ("on-mention", "mention", 4.5),
    ("on-mention", "mention-mark", 4.5),
    ("line-strong", "surface-raised", 3),
    ("line-strong", "surface-sunken", 3),
    ("focus", "surface", 3),
    ("focus", "surface-sunken", 3),
    *[
        (f"presence-{state}", ground, 3)
        for state in ("active", "idle", "offline")
        for ground in ("surface", "surface-sunken")
    ],
]


def _without_comments(css: str) -> str:
    return re.sub(r"/\*.*?\*/", "", css, flags=re.S)


def _luminance(lightness: float, chroma: float, hue: float) -> float:
    """Relative luminance of an OKLCH colour (CSS Color 4), clipped to what a screen shows."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    red, green, blue = (min(1.0, max(0.0, part)) for part in (red, green, blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _tokens() -> dict[str, list[float]]:
    """Name to luminance [light, dark], for raw colours and for the meanings that point at them."""
    css = _without_comments((CSS / "tokens.css").read_text(encoding="utf-8"))
    css = css[: css.index("@media")]
    found = {
        name: [_luminance(*map(float, value.split())) for value in (light, dark)]
        for name, light, dark in PAIR.findall(css)
    }
    # Only what is opaque: a shade's contrast depends on what it lies on.
    found |= {name: found[target] for name, target in ALIAS.findall(css) if target in found}
    return found


@pytest.mark.parametrize("look", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground", "owed"), OWED)
def test_colours_that_meet_can_be_read(text: str, ground: str, owed: float, look: int) -> None:
    tokens = _tokens()
    low, high = sorted((tokens[text][look], tokens[ground][look]))
    assert (high + 0.05) / (low + 0.05) >= owed


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_sheet_opens_with_its_layer(sheet: Path) -> None:
    css = _without_comments(sheet.read_text(encoding="utf-8")).strip()
    assert css.startswith("@layer"), "a rule outside all layers beats every layer"


@pytest.mark.parametrize(
    "sheet", [sheet for sheet in SHEETS if sheet.name != "tokens.css"], ids=lambda sheet: sheet.name
)
def test_colours_are_named_in_the_tokens_alone(sheet: Path) -> None:
    css = _without_comments(sheet.read_text(encoding="utf-8"))
    assert not re.findall(r"#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(|\boklch\(", css.replace("#000 0 0", "")), (
        "#000 is for masks"
    )


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_token_that_is_used_exists(sheet: Path) -> None:
    defined = set(re.findall(r"(--[\w-]+)\s*:", "".join(other.read_text(encoding="utf-8") for other in SHEETS)))
    used = re.findall(r"var\((--[\w-]+)\)", _without_comments(sheet.read_text(encoding="utf-8")))
    assert set(used) <= defined


def test_every_sheet_is_linked() -> None:
    linked = re.findall(r'^@import "([\w-]+\.css)";$', (CSS / "app.css").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(linked) == [sheet.name for sheet in SHEETS]
    assert linked[0] == "reset.css", "reset.css names the layers, so it comes first"


def test_every_icon_a_template_names_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', ICONS.read_text(encoding="utf-8")))
    named = {
        name
        for template in TEMPLATES.rglob("*.html")
        for name in re.findall(r'_icon\.html" with name="([\w-]+)"', template.read_text(encoding="utf-8"))
    }
    assert named <= sprite


def test_no_template_styles_inline() -> None:
    styled = [
        str(template.relative_to(TEMPLATES))
        for template in TEMPLATES.rglob("*.html")
        if re.search(r"\sstyle=|<style|\son[a-z]+=", template.read_text(encoding="utf-8"))
    ]
    assert styled == [], "the content security policy forbids it"


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_has_looks_into_little_and_makes_little_anew(sheet: Path) -> None:
    """Where what a :has() asks for may have changed, a browser makes anew all that any rule of any sheet with a :has()
    could mean below that place: `.a:has(b) > *` is then everything, at every message, and a :has() of the page's own
    frame is asked at every change of the page. 12,000 elements cost 100 ms each time (docs/decisions.md)."""
    css = _without_comments(sheet.read_text(encoding="utf-8"))
    asking = [selector for selector in re.findall(r"[^{};]+(?={)", css) if ":has(" in selector]
    wide = []
    for selector in (one for listed in asking for one in _listed(listed)):
        *before, last = _compounds(selector)
        wide += [selector for compound in before if ":has(" in compound and not re.search(r"\.[\w-]+|\[data-", last)]
        wide += [selector for compound in (*before, last) if re.match(r"(html|body|\.app|:root)\b.*:has\(", compound)]
    assert wide == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_no_rule_is_about_anything_that_follows_anything(sheet: Path) -> None:
    """`.a > * + *` makes a browser style everything below a parent anew wherever something is put in, `.a` or not: all of
    the page at each move to another room. `:where(:not(:first-child))` says the same."""
    css = _without_comments(sheet.read_text(encoding="utf-8"))
    assert re.findall(r"[^{};,]*(?<![\w)\]])\* ?[+~] ?\*[^{};,]*", css) == []


def _listed(selectors: str) -> list[str]:
    """The selectors of a list, without what stands in brackets being parted."""
    return [one.strip() for one in _parted(selectors, ",")]


def _compounds(selector: str) -> list[str]:
    return [one for part in _parted(selector, ">+~") for one in _parted(part.strip(), " ") if one]


def _parted(text: str, at: str) -> list[str]:
    parts, depth = [""], 0
    for character in text:
        depth += (character in "([") - (character in ")]")
        if character in at and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return parts
