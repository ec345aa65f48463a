"""Plots of docs/speed.md: lines on logarithmic scales, drawn by hand in SVG, readable on light and on dark."""

from __future__ import annotations

import math
from html import escape

from benchmarks.goals import amount
from benchmarks.outcome import Plot

WIDTH, HEIGHT = 760, 320
LEFT, RIGHT, TOP, BOTTOM = 70, 24, 64, 46
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2937 }
.title { font-weight: 600; font-size: 14px }
.note { fill: #6b7280; font-size: 12px }
.grid { stroke: #e5e7eb }
.line { fill: none; stroke-width: 2.5; stroke-linejoin: round }
.dot { stroke: none }
.c0 { stroke: #2563eb; fill: #2563eb } .c1 { stroke: #d97706; fill: #d97706 }
.c2 { stroke: #059669; fill: #059669 } .c3 { stroke: #9333ea; fill: #9333ea }
.line.c0, .line.c1, .line.c2, .line.c3 { fill: none }
.line.c1 { stroke-dasharray: 7 4 } .line.c2 { stroke-dasharray: 2 4 } .line.c3 { stroke-dasharray: 10 3 2 3 }
@media (prefers-color-scheme: dark) {
  text { fill: #e5e7eb }
  .note { fill: #9ca3af }
  .grid { stroke: #374151 }
  .c0 { stroke: #60a5fa; fill: #60a5fa } .c1 { stroke: #fbbf24; fill: #fbbf24 }
  .c2 { stroke: #34d399; fill: #34d399 } .c3 { stroke: #c084fc; fill: #c084fc }
}
"""


class Scale:
    """A logarithmic axis from the least value to the most, or to the round ones around them."""

    def __init__(self, values: list[float], start: float, end: float, *, rounded: bool = True) -> None:
        self.start, self.end = start, end
        self.least, self.most = min(values), max(values)
        if rounded:
            self.least, self.most = _rounded_down(self.least), _rounded_up(self.most)
        if self.least == self.most:
            self.least, self.most = self.least / 2, self.most * 2

    def at(self, value: float) -> float:
        share = math.log(value / self.least) / math.log(self.most / self.least)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        """1, 2 and 5 of each decade; of many decades the first alone."""
        low, high = math.floor(math.log10(self.least)), math.ceil(math.log10(self.most))
        steps = (1, 2, 5) if self.most / self.least <= 500 else (1,)
        marks = [step * 10.0**power for power in range(low, high + 1) for step in steps]
        return [mark for mark in marks if self.least * 0.999 <= mark <= self.most * 1.001]


def draw(plot: Plot) -> str:
    """The plot as a picture; what it shows is said in its description too."""
    points = [point for curve in plot.curves for point in curve.points if min(point) > 0]
    if not points:
        raise ValueError(f"nothing to draw in {plot.name}")
    across = Scale([x for x, _ in points], LEFT, WIDTH - RIGHT, rounded=False)
    up = Scale([y for _, y in points], HEIGHT - BOTTOM, TOP)
    parts = [f'<text class="title" x="0" y="18">{escape(plot.title)}</text>']
    parts.append(
        f'<text class="note" x="{WIDTH}" y="18" text-anchor="end">{escape(plot.y)}, both scales logarithmic</text>'
    )
    for mark in up.ticks():
        y = up.at(mark)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="note" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{_short(mark)}</text>')
    for mark in sorted({x for x, _ in points}):
        x = across.at(mark)
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
        parts.append(
            f'<text class="note" x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{_short(mark)}</text>'
        )
    parts.append(f'<text class="note" x="{WIDTH - RIGHT}" y="{HEIGHT - 8}" text-anchor="end">{escape(plot.x)}</text>')
    spoken = []
    legend = 0.0
    for number, curve in enumerate(plot.curves):
        colour = f"c{number % 4}"
        places = [(across.at(x), up.at(y)) for x, y in curve.points if min(x, y) > 0]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline class="line {colour}" points="{path}"/>')
        parts += [f'<circle class="dot {colour}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in places]
        parts.append(f'<line class="line {colour}" x1="{LEFT + legend}" x2="{LEFT + legend + 26}" y1="42" y2="42"/>')
        parts.append(f'<text x="{LEFT + legend + 34}" y="46">{escape(curve.name)}</text>')
        legend += 60 + 7.2 * len(curve.name)
        figures = ", ".join(f"{amount(y)} at {amount(x)}" for x, y in curve.points)
        spoken.append(f"{escape(curve.name)}: {figures}")
    title = escape(plot.title)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="title desc">\n<title id="title">{title}</title>\n'
        f'<desc id="desc">{escape(plot.y)} by {escape(plot.x)}. {". ".join(spoken)}.</desc>\n'
        f"<style>{STYLE}</style>\n" + "\n".join(parts) + "\n</svg>\n"
    )


def _rounded_down(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return max(step * power for step in (1, 2, 5) if step * power <= value * 1.001)


def _rounded_up(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return min(step * power for step in (1, 2, 5, 10) if step * power >= value * 0.999)


def _short(value: float) -> str:
    if value >= 1_000_000:
        return f"{value / 1_000_000:g} M"
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"
