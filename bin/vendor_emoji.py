"""Brings in emoji-picker-element and its data: `python bin/vendor_emoji.py PICKER DATA`, two unpacked npm packages.

    npm pack emoji-picker-element emoji-picker-element-data   # then unpack both

Writes static/vendor/emoji-picker-element/ and, one a language, static/emoji/<language>.json: what the picker and `:` in
the composer search. Its `shortcodes` are exactly the names that rooms/text/emojis.py turns into the sign; the names other
programs have for it, and the words of the language, are tags.
"""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import emoji

ROOT = Path(__file__).resolve().parent.parent
# Language: where the package has its annotations. The last part of a name is its kind of data.
LANGUAGES = {"en": "en/cldr-native", "de": "de/cldr-native"}
ENGLISH_NAMES = "en/emojibase"
# Our Content-Security-Policy takes no inline styles. What the library writes as text goes through the CSSOM instead.
PATCHES = [
    (
        """    const style = document.createElement('style');
    style.textContent = baseStyles + EXTRA_STYLES;
    this.shadowRoot.appendChild(style);
""",
        """    const sheet = new CSSStyleSheet(); // TalkWave: no <style>, which a strict Content-Security-Policy refuses
    sheet.replaceSync(baseStyles + EXTRA_STYLES);
    this.shadowRoot.adoptedStyleSheets = [sheet];
""",
    ),
    (
        """        targetNode.setAttribute(attributeName, newValue);
""",
        """        if (attributeName === 'style') targetNode.style.cssText = newValue; // TalkWave: likewise
        else targetNode.setAttribute(attributeName, newValue);
""",
    ),
]


def bring_picker(package: Path) -> None:
    """The library, with its styles made to pass the policy."""
    target = ROOT / "static" / "vendor" / "emoji-picker-element"
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(package / "LICENSE", target / "LICENSE")
    shutil.copy(package / "i18n" / "de.js", target / "de.js")
    (target / "database.js").write_text(_without_map(package / "database.js"), encoding="utf-8")
    picker = _without_map(package / "picker.js")
    for before, after in PATCHES:
        if picker.count(before) != 1:
            raise SystemExit(f"The library has changed; look for its styles anew:\n{before}")
        picker = picker.replace(before, after)
    (target / "picker.js").write_text(picker, encoding="utf-8")
    version = json.loads((package / "package.json").read_text())["version"]
    note = f"emoji-picker-element {version}, Apache-2.0 (LICENSE), changed where picker.js says TalkWave: bin/vendor_emoji.py.\n"
    (target / "README").write_text(note, encoding="utf-8")


def _without_map(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("//# sourceMappingURL="))


def known_names() -> dict[str, list[str]]:
    """The names the server knows, by sign without its variation selectors; the shortest first, `_1` last."""
    names: dict[str, list[str]] = {}
    for sign, data in emoji.EMOJI_DATA.items():
        if data["status"] <= emoji.STATUS["fully_qualified"]:
            found = [name.strip(":").lower() for name in (*data.get("alias", ()), data["en"])]
            names[_bare(sign)] = list(dict.fromkeys(sorted(found, key=lambda name: (name.startswith("_"), len(name)))))
    return names


def qualified() -> dict[str, str]:
    """The form meant for display of each sign, by the sign without its variation selectors."""
    return {_bare(sign): sign for sign, data in emoji.EMOJI_DATA.items() if data["status"] == 2}


def _bare(sign: str) -> str:
    return sign.replace("\ufe0f", "")


def bring_data(package: Path) -> None:
    """One file a language, its signs in the form the server stores."""
    names, forms = known_names(), qualified()
    english = {entry["emoji"]: entry for entry in _read(package / ENGLISH_NAMES / "data.json")}
    target = ROOT / "static" / "emoji"
    target.mkdir(exist_ok=True)
    for language, folder in LANGUAGES.items():
        entries = []
        for entry in _read(package / folder / "data.json"):
            bare = _bare(entry["emoji"])
            if bare not in forms:
                continue  # newer than what the server knows
            other = english[entry["emoji"]]
            more = [*entry.get("tags", ()), *(name for name in other["shortcodes"] if name not in names[bare])]
            entry["emoji"] = forms[bare]
            entry["shortcodes"] = names[bare]
            entry["tags"] = list(dict.fromkeys(more))
            if "emoticon" in other:
                entry["emoticon"] = other["emoticon"]
            for skin in entry.get("skins", ()):
                skin["emoji"] = forms[_bare(skin["emoji"])]
            entries.append(entry)
        path = target / f"{language}.json"
        path.write_text(json.dumps(entries, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
        print(f"{path}: {len(entries)} signs, {path.stat().st_size // 1024} KB")
    shutil.copy(package / "LICENSE", target / "LICENSE")


def _read(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    bring_picker(Path(sys.argv[1]))
    bring_data(Path(sys.argv[2]))
