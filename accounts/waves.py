"""The picture of somebody who has none: a small sea of their own, with their letters on it.

Drawn from the person's id alone, so it never changes; presentation attributes only, so it needs no style.
"""

import hashlib
import math
from collections.abc import Iterator
from functools import lru_cache
from html import escape
from typing import Final

SIDE: Final = 96

# Three hues that get on with each other: the sky, the light in it, the water. Degrees of OKLCH.
_HARMONIES: Final = (
    (215, 60, 245),  # a bright morning
    (195, 95, 215),  # a lagoon
    (290, 25, 265),  # dusk
    (30, 80, 350),  # sunrise
    (165, 110, 200),  # sea glass
    (320, 50, 285),  # orchid
    (235, 330, 275),  # northern night
    (85, 120, 160),  # meadow by the sea
    (175, 150, 285),  # aurora
    (255, 190, 230),  # deep water
    (350, 60, 310),  # coral
    (140, 190, 235),  # kelp
)

_TYPEFACE: Final = 'font-family="system-ui, -apple-system, Segoe UI, Roboto, Noto Sans, Arial, sans-serif"'


@lru_cache(maxsize=2048)
def wave_picture(user_id: int, letters: str) -> str:
    """An SVG of SIDE by SIDE. Without letters it is grey: somebody who is gone."""
    dice = _dice(user_id)
    sky, light, water = _HARMONIES[int(next(dice) * len(_HARMONIES)) % len(_HARMONIES)]
    drift = (next(dice) - 0.5) * 16
    vivid = 1.0 if letters else 0.08

    def colour(lightness: float, chroma: float, hue: float) -> str:
        return oklch(lightness, chroma * vivid, hue + drift)

    sun_x, sun_y = 22 + 52 * next(dice), 14 + 16 * next(dice)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}" width="{SIDE}" height="{SIDE}">',
        '<defs><linearGradient id="s" x1="0" y1="0" x2="0.35" y2="1">',
        f'<stop offset="0" stop-color="{colour(0.72, 0.115, sky)}"/>',
        f'<stop offset="0.62" stop-color="{colour(0.66, 0.135, (sky + water) / 2 if abs(sky - water) < 180 else water)}"/>',
        f'<stop offset="1" stop-color="{colour(0.55, 0.14, water)}"/></linearGradient>',
        '<radialGradient id="l"><stop offset="0" stop-color="',
        f'{colour(0.9, 0.1, light)}" stop-opacity="0.85"/>',
        f'<stop offset="1" stop-color="{colour(0.85, 0.12, light)}" stop-opacity="0"/></radialGradient></defs>',
        f'<rect width="{SIDE}" height="{SIDE}" fill="url(#s)"/>',
        f'<circle cx="{sun_x:.1f}" cy="{sun_y:.1f}" r="{38 + 14 * next(dice):.1f}" fill="url(#l)"/>',
    ]
    tilt = (next(dice) - 0.5) * 14
    parts.append(f'<g transform="rotate({tilt:.1f} {SIDE / 2} {SIDE / 2})">')
    for layer in range(3):
        top = 46 + 15 * layer + 6 * (next(dice) - 0.5)
        swell = 5.5 + 4 * next(dice) - layer
        shade = colour(0.6 - 0.075 * layer, 0.13, water + (light - water) * 0.06 * (2 - layer))
        path = _wave(top, swell, 58 + 34 * next(dice), next(dice))
        parts.append(f'<path d="{path}" fill="{shade}" fill-opacity="{0.5 + 0.14 * layer:.2f}"/>')
    parts.append("</g>")
    if letters:
        size = 38 if len(letters) == 1 else 34 if len(letters) == 2 else 26
        written = f'x="48" dy="0.355em">{escape(letters)}</text>'
        parts += [
            f'<g text-anchor="middle" font-size="{size}" font-weight="650" letter-spacing="-0.5" {_TYPEFACE}>',
            # A soft shadow in the colour of deep water: the letters hold where the light is.
            f'<text y="49.4" fill="{colour(0.32, 0.1, water)}" fill-opacity="0.32" {written}',
            f'<text y="48" fill="#fff" {written}</g>',
        ]
    parts.append("</svg>")
    return "".join(parts)


def _dice(user_id: int) -> Iterator[float]:
    """Numbers from 0 to 1, always the same ones for the same person."""
    seed = hashlib.sha256(f"talkwave/{user_id}".encode()).digest()
    while True:
        yield from (byte / 255 for byte in seed)
        seed = hashlib.sha256(seed).digest()


def _wave(top: float, swell: float, length: float, phase: float) -> str:
    """A closed path: a line of smooth crests, and everything below it; wider than the picture, for the tilt."""
    left = -24 - phase * length
    points = [f"M{left:.1f} {top:.1f}"]
    x, sign = left, 1
    while x < SIDE + 24:
        half = length / 2
        bend = half * 0.3642  # where a cubic is closest to a sine
        y = top
        points.append(
            f"C{x + bend:.1f} {y - sign * swell:.1f} {x + half - bend:.1f} {y - sign * swell:.1f} {x + half:.1f} {y:.1f}"
        )
        x, sign = x + half, -sign
    points.append(f"V{SIDE + 30}H{left:.1f}Z")
    return "".join(points)


def oklch(lightness: float, chroma: float, hue: float) -> str:
    """`#rrggbb`; a colour that screens cannot show keeps its lightness and hue, and loses strength until they can."""
    while True:
        channels = _linear_rgb(lightness, chroma, hue)
        if chroma <= 0 or all(-1e-4 <= channel <= 1.0001 for channel in channels):
            return "#" + "".join(f"{round(255 * _gamma(channel)):02x}" for channel in channels)
        chroma -= 0.004


def _linear_rgb(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    # Björn Ottosson's matrices, https://bottosson.github.io/posts/oklab/
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _gamma(channel: float) -> float:
    channel = min(max(channel, 0.0), 1.0)
    return 12.92 * channel if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055
