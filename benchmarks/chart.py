"""The chart of docs/speed.md: bars drawn by hand in SVG, readable on light and on dark."""

from __future__ import annotations

from html import escape

from benchmarks.cases import Figure

PANELS = [
    ("fan-out", "One room of 200: deliveries a second", "more is better"),
    ("many-rooms", "60 rooms of 5: stored messages a second", "more is better"),
    ("latency", "50 messages a second into 200: 99th percentile, ms", "less is better"),
]
WIDTH, LEFT, RIGHT, BAR, STEP, HEAD = 760, 270, 90, 16, 28, 44
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2937 }
.title { font-weight: 600; font-size: 14px }
.note { fill: #6b7280; font-size: 12px }
.bar { fill: #9ca3af }
.ours { fill: #2563eb }
@media (prefers-color-scheme: dark) {
  text { fill: #e5e7eb }
  .note { fill: #9ca3af }
  .bar { fill: #6b7280 }
  .ours { fill: #60a5fa }
}
"""


def draw(figures: list[Figure], titles: dict[str, str]) -> str:
    """One panel of bars for each case; the lengths are in proportion, none is cut."""
    from benchmarks.goals import amount as number

    parts: list[str] = []
    top = 0
    spoken = []
    for case, title, note in PANELS:
        bars = [figure for figure in figures if figure.case == case]
        if not bars:
            continue
        longest = max(figure.value for figure in bars) or 1
        parts.append(f'<text class="title" x="0" y="{top + 18}">{escape(title)}</text>')
        parts.append(f'<text class="note" x="{WIDTH}" y="{top + 18}" text-anchor="end">{note}</text>')
        for row, figure in enumerate(bars):
            y = top + HEAD - 10 + row * STEP
            width = max(1.0, figure.value / longest * (WIDTH - LEFT - RIGHT))
            name, value = escape(titles[figure.system]), number(figure.value)
            ours = " ours" if figure.system.startswith("talkwave") else ""
            parts.append(f'<text x="{LEFT - 10}" y="{y + 13}" text-anchor="end">{name}</text>')
            parts.append(f'<rect class="bar{ours}" x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR}" rx="3"/>')
            parts.append(f'<text x="{LEFT + width + 8:.1f}" y="{y + 13}">{value}</text>')
            spoken.append(f"{name}, {escape(title)}: {value}")
        top += HEAD + len(bars) * STEP + 14
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" role="img" '
        f'aria-labelledby="title desc">\n<title id="title">TalkWave beside its peers</title>\n'
        f'<desc id="desc">{". ".join(spoken)}.</desc>\n<style>{STYLE}</style>\n' + "\n".join(parts) + "\n</svg>\n"
    )
