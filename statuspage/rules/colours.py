"""The owner's colour, kept readable: contrast as WCAG 2.2 counts it, lightness moved in OKLCH (public.md 9). Pure.

Colours are "#rrggbb". OKLCH: Björn Ottosson, "A perceptual color space for image processing" (2020).
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

ENOUGH = 4.5
WHITE, INK, INK_DARK = "#ffffff", "#161a20", "#0f1a33"
LIGHT = ("#ffffff", "#f3f5f7", "#e6f4ee", "#fdf3da", "#fdebdf", "#fbe6ea", "#e7effa", "#eceff2")
DARK = ("#12161c", "#1a2028", "#10291f", "#2c2410", "#331d10", "#36131d", "#14253d", "#20262e")
USUAL = ("#1f3f80", "#a9c4ff")
_STEP = 0.005
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_LINEAR_BELOW = 0.04045


@dataclass(frozen=True, slots=True)
class Accent:
    """The colour of links, buttons and focus, and what is written on it; in the light and in the dark."""

    light: str
    on_light: str
    dark: str
    on_dark: str


def is_colour(text: str) -> bool:
    """Return whether a text is a colour in the one form that is stored: "#1f3f80"."""
    return _COLOUR.fullmatch(text) is not None


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def accent_of(colour: str, dark: str = "") -> Accent:
    """Return an owner's colour as far from it as it must be to be read on every surface, its hue kept.

    `dark`: the one for the dark, made from the same colour where it is empty.
    """
    light = readable(colour, LIGHT, darker=True)
    night = readable(dark or colour, DARK, darker=False)
    return Accent(light, _over(light), night, _over(night))


def readable(colour: str, surfaces: Iterable[str], *, darker: bool) -> str:
    """Return the nearest colour of the same hue with a contrast of 4.5 on every surface."""
    grounds = list(surfaces)
    lightness, chroma, hue = _to_oklch(colour)
    found = colour
    while not _is_readable(found, grounds) and (lightness > 0 if darker else lightness < 1):
        lightness = max(lightness - _STEP, 0) if darker else min(lightness + _STEP, 1)
        found = _from_oklch(lightness, chroma, hue)
    return found


def _is_readable(colour: str, grounds: list[str]) -> bool:
    return min(contrast(colour, ground) for ground in grounds) >= ENOUGH


def _over(colour: str) -> str:
    """Return what is better read on a colour: white, or ink."""
    return max((WHITE, INK, INK_DARK), key=lambda ink: contrast(ink, colour))


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(colour: str) -> tuple[float, float, float]:
    """Return the three parts of a colour as light (sRGB, IEC 61966-2-1)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= _LINEAR_BELOW else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return red, green, blue


def _to_oklch(colour: str) -> tuple[float, float, float]:
    red, green, blue = _linear(colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.atan2(b, a)


def _from_oklch(lightness: float, chroma: float, hue: float) -> str:
    """Return the colour; what no screen can show is brought in by taking chroma away."""
    while chroma > 0:
        parts = _light_of(lightness, chroma, hue)
        if all(-0.0005 <= part <= 1.0005 for part in parts):
            break
        chroma -= 0.005
    return "#" + "".join(f"{_byte(part):02x}" for part in _light_of(lightness, max(chroma, 0), hue))


def _light_of(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _byte(part: float) -> int:
    part = min(max(part, 0), 1)
    shown = part * 12.92 if part <= _LINEAR_BELOW / 12.92 else 1.055 * part ** (1 / 2.4) - 0.055
    return round(shown * 255)
