"""The staff's style sheets: their colours measure what the drawing says, and they stay within their budget."""

import re
from itertools import combinations
from math import dist
from pathlib import Path

import pytest

from tests.statuspage.look import colour

ROOT = Path(__file__).parents[2]
# What an outsider or a phone without sign-in gets has its own sheet, look and weight.
PUBLIC = {"status.css", "forms.css", "reply.css"}
SHEETS = {
    file: file.read_text(encoding="utf-8")
    for file in sorted(ROOT.glob("*/static/*/*.css"))
    if file.name not in PUBLIC
}
SCRIPTS = sorted(ROOT.glob("*/static/*/*.js"))
TEMPLATES = [file for file in sorted(ROOT.glob("*/templates/**/*")) if file.is_file()]
SCRIPT = r"<script(?![^>]*\bsrc=)|<[^>]*\son[a-z]+\s*=|javascript:"
STYLE = r"<style|<[^>]*\sstyle\s*="
TOKENS = SHEETS[ROOT / "core/static/core/tokens.css"]
SHEETS_LIMIT, ALL_SHEETS_LIMIT, SCRIPTS_LIMIT = 45 * 1024, 56 * 1024, 12 * 1024
HUES = ("red", "orange", "amber", "green", "teal", "blue", "violet", "grey")


def block(opening: str) -> dict[str, str]:
    """Return the variables of the first block after `opening`, name to colour."""
    start = TOKENS.index(opening)
    return dict(re.findall(r"--([\w-]+): *(#[0-9a-f]{6})", TOKENS[start:].split("}", 1)[0]))


THEMES = {
    "light": block(":root {"),
    "dark": block(':root[data-theme="dark"]'),
}

# (foreground, background): contrast in light and in dark, as measured for the drawings.
PLAIN = {
    ("text", "surface"): (17.3, 15.2),
    ("text", "bg"): (15.7, 16.2),
    ("text2", "surface"): (8.5, 9.3),
    ("text2", "sunken"): (7.1, 10.3),
    ("text3", "surface"): (5.9, 6.2),
    ("text3", "bg"): (5.3, 6.6),
    ("text3", "sunken"): (4.9, 6.9),
    ("text3", "sel"): (5.0, 5.3),
    ("link", "surface"): (7.6, 8.4),
    ("link", "bg"): (6.9, 8.9),
    ("link", "sel"): (6.4, 7.1),
    ("inkfg", "ink"): (16.6, 15.5),
}
EDGES = {("ctl", "surface"): (3.7, 4.2), ("ctl", "bg"): (3.3, 4.5)}
# hue: text on its tint, text on the surface, writing on its solid; light, then dark.
COLOURED = {
    "red": ((6.8, 7.8, 6.9), (7.6, 8.2, 5.3)),
    "orange": ((6.6, 7.5, 7.5), (8.3, 9.8, 7.5)),
    "amber": ((7.2, 7.9, 11.0), (9.3, 11.3, 11.0)),
    "green": ((6.4, 7.3, 5.7), (8.1, 9.8, 5.3)),
    "teal": ((6.3, 7.3, 5.5), (8.2, 9.9, 6.4)),
    "blue": ((6.4, 7.6, 6.5), (7.1, 8.4, 5.9)),
    "violet": ((7.3, 8.5, 6.8), (7.5, 8.7, 5.9)),
    "grey": ((7.1, 8.5, 5.9), (7.8, 9.3, 6.6)),
}
TABLE = {
    **PLAIN,
    **EDGES,
    **{
        pair: (light, dark)
        for hue, figures in COLOURED.items()
        for pair, light, dark in zip(
            ((hue, f"{hue}-tint"), (hue, "surface"), (f"{hue}-on", f"{hue}-solid")),
            *figures,
            strict=True,
        )
    },
}
FILLS = ("red-solid", "orange-solid", "amber-tint", "surface")  # of an open incident, rank 1 to 4
SIGHTS = ("normal", "protanopia", "deuteranopia")


def seen(theme: str, name: str, sight: str = "normal") -> colour.Triple:
    """Return a colour's L*, a* and b* as somebody with this sight sees it."""
    return colour._lab(colour._seen(THEMES[theme][name], sight))


def distances(theme: str, names: tuple[str, ...], sight: str) -> list[float]:
    """Return the distance (CIE76) of every pair."""
    return [
        dist(seen(theme, one, sight), seen(theme, other, sight))
        for one, other in combinations(names, 2)
    ]


@pytest.mark.parametrize("pair", TABLE, ids=" on ".join)
@pytest.mark.parametrize("theme", THEMES)
def test_contrast_is_what_the_drawing_measured(theme, pair):
    one, other = (THEMES[theme][name] for name in pair)

    measured = colour.contrast(one, other)

    assert measured >= (3 if pair in EDGES else 4.5)
    assert measured == pytest.approx(TABLE[pair][list(THEMES).index(theme)], abs=0.1)


@pytest.mark.parametrize("theme", THEMES)
def test_no_colour_that_writes_is_left_out_of_the_table(theme):
    named = {name for pair in TABLE for name in pair}
    drawn = {f"{hue}-edge" for hue in HUES} | {"line", "line2", "inkhover"}

    assert set(THEMES[theme]) == named | drawn


@pytest.mark.parametrize(
    ("theme", "nearest", "first_two"),
    [("light", (21.2, 21.4, 21.1), (47, 51, 37)), ("dark", (24.6, 20.8, 25.0), (46, 48, 31))],
)
def test_severities_stay_apart_whoever_looks(theme, nearest, first_two):
    for sight, least, worst in zip(SIGHTS, nearest, first_two, strict=True):
        assert min(distances(theme, FILLS, sight)) == pytest.approx(least, abs=0.1)
        assert distances(theme, FILLS[:2], sight)[0] == pytest.approx(worst, abs=0.6)


@pytest.mark.parametrize(
    ("theme", "lightness"), [("light", (38, 68, 96, 100)), ("dark", (45, 68, 17, 9))]
)
def test_severities_stand_in_order_of_lightness_also_in_grey(theme, lightness):
    measured = [seen(theme, name)[0] for name in FILLS]

    assert measured == pytest.approx(lightness, abs=0.6)


def test_dark_by_choice_is_dark_by_the_device():
    chosen = TOKENS[TOKENS.index(':root[data-theme="dark"]') :].split("{", 1)[1].split("}", 1)[0]
    device = TOKENS[TOKENS.index("prefers-color-scheme: dark") :].split("{", 2)[2].split("}", 1)[0]

    assert chosen.split() == device.split()


def test_print_is_light_whatever_the_screen_prefers():
    assert not re.search(r"@media (?!screen)[^{]*prefers-color-scheme", "".join(SHEETS.values()))


@pytest.mark.parametrize("file", SHEETS, ids=lambda file: file.name)
def test_a_sheet_is_layered_takes_its_colours_from_the_tokens_and_shouts_nothing(file):
    text = SHEETS[file]

    assert "@layer" in text
    assert "!important" not in text
    if text is not TOKENS:
        assert not re.findall(
            r"#[0-9a-f]{3,8}\b(?=[\s;,)}])|\b(?:rgb|hsl)a?\(", text, re.IGNORECASE
        )


def test_sheets_and_scripts_are_within_their_budget():
    sheets = {file.name: len(text.encode()) for file, text in SHEETS.items()}
    scripts = {file.name: file.stat().st_size for file in SCRIPTS}

    everywhere = {"tokens.css", "base.css", "components.css"}
    own = [size for name, size in sheets.items() if name not in everywhere]
    loaded = sum(sheets[name] for name in everywhere) + max(own)
    assert loaded <= SHEETS_LIMIT, sheets  # what one page loads
    assert sum(sheets.values()) <= ALL_SHEETS_LIMIT, sheets
    assert sum(scripts.values()) <= SCRIPTS_LIMIT, scripts


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_template_holds_no_script_and_no_style(file):
    text = file.read_text(encoding="utf-8")

    assert not re.search(SCRIPT, text, re.IGNORECASE)
    if file.parent.name != "mail":  # a mail has no other place for it, and no policy forbids it
        assert not re.search(STYLE, text, re.IGNORECASE)
