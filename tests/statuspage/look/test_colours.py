"""The style sheet's colours keep their contrast and stay apart, whoever looks at them."""

import re
from itertools import combinations
from pathlib import Path

import pytest

from statuspage.look.states import CODES
from tests.statuspage.look.colour import BLINDNESS, contrast, distance

SHEET = Path("statuspage/static/statuspage/status.css").read_text(encoding="utf-8")
STATES = [code for code in CODES.values() if code != "un"]
THEMES = ("light", "dark")


def tokens(theme: str) -> dict[str, str]:
    """Read the colours of a theme: the first `:root` is light, the one in the dark query dark."""
    start = SHEET.index("(prefers-color-scheme:dark)") if theme == "dark" else 0
    block = SHEET[SHEET.index(":root{", start) :].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})", block))


TOKENS = {theme: tokens(theme) for theme in THEMES}
TINTS = [f"{code}-b" for code in CODES.values()]
TEXT = [
    *(("ink", surface) for surface in ("bg", "soft", *TINTS)),
    *(("dim", surface) for surface in ("bg", *TINTS)),
    *(("acc", surface) for surface in ("bg", "soft", *TINTS)),
    ("onacc", "acc"),
    *((f"{code}-t", surface) for code in CODES.values() for surface in ("bg", f"{code}-b")),
]
GRAPHICS = [
    *((code, surface) for code in CODES.values() for surface in ("bg", f"{code}-b")),
    ("bg", "op"),
    ("edge", "bg"),
    *(("edge", tint) for tint in TINTS),
]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "surface"), TEXT)
def test_text_can_be_read(theme, text, surface):
    colours = TOKENS[theme]

    assert contrast(colours[text], colours[surface]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("graphic", "surface"), GRAPHICS)
def test_a_graphic_can_be_seen(theme, graphic, surface):
    colours = TOKENS[theme]

    assert contrast(colours[graphic], colours[surface]) >= 3


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sight", BLINDNESS)
def test_no_two_states_look_alike(theme, sight):
    colours = TOKENS[theme]

    for one, other in combinations(STATES, 2):
        assert distance(colours[one], colours[other], sight) >= 10, (one, other)


def test_the_arithmetic_gives_the_figures_of_the_drawings():
    nearest = {
        (theme, sight): round(
            min(
                distance(TOKENS[theme][one], TOKENS[theme][other], sight)
                for one, other in combinations(STATES, 2)
            ),
            1,
        )
        for theme in THEMES
        for sight in BLINDNESS
    }

    assert nearest == {
        ("light", "normal"): 23.6,
        ("light", "protanopia"): 18.2,
        ("light", "deuteranopia"): 13.3,
        ("light", "tritanopia"): 11.4,
        ("dark", "normal"): 30.6,
        ("dark", "protanopia"): 17.7,
        ("dark", "deuteranopia"): 15.1,
        ("dark", "tritanopia"): 11.7,
    }


def test_print_is_light_whatever_the_screen_prefers():
    assert "@media (prefers-color-scheme:dark)" not in SHEET
    assert SHEET.count("@media screen and (prefers-color-scheme:dark)") == 2


def test_a_stale_copy_has_no_colour_of_what_works():
    assert ".old{--op:var(--un);--op-t:var(--un-t);--op-b:var(--un-b)}" in SHEET


def test_forced_colours_replace_every_graphic():
    forced = SHEET[SHEET.index("@media (forced-colors:active){:root{") :].split("}", 1)[0]

    for code in CODES.values():
        assert f"--{code}:CanvasText" in forced
