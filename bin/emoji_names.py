"""Writes static/emoji.json, what `:` in the composer searches, from the `emoji` package: `python bin/emoji_names.py`.

Each entry is [sign, name, other names…]; the names are those that rooms/text/emojis.py turns into the sign. Skin tones
are left out: they are 1,600 of 3,700 and are chosen on the sign, not searched for.
"""

import json
from pathlib import Path

import emoji

TONES = {chr(code) for code in range(0x1F3FB, 0x1F400)}
# Names people type that the package does not know.
MORE = {
    "👍": ["thumbsup", "yes"],
    "👎": ["thumbsdown", "no"],
    "🎉": ["party"],
    "😂": ["lol"],
    "🌊": ["wave_water", "sea"],
}


def entries() -> list[list[str]]:
    """Every sign in Unicode's own order, its shortest name first."""
    found = []
    for sign, data in emoji.EMOJI_DATA.items():
        if data["status"] > emoji.STATUS["fully_qualified"] or any(tone in sign for tone in TONES):
            continue
        names = [name.strip(":").lower() for name in (*data.get("alias", ()), data["en"])]
        found.append([sign, *dict.fromkeys([*sorted(names, key=len), *MORE.get(sign, ())])])
    return found


if __name__ == "__main__":
    target = Path(__file__).resolve().parent.parent / "static" / "emoji.json"
    target.write_text(json.dumps(entries(), ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{target}: {target.stat().st_size // 1024} KB")
