"""An owner's colour is never unreadable: its hue stays, its lightness moves."""

import colorsys

import pytest

from statuspage.rules.colours import DARK, ENOUGH, LIGHT, USUAL, accent_of, contrast, readable

BRANDS = ["#ff0000", "#ffd400", "#00ff88", "#0b8a6f", "#1f3f80", "#a9c4ff", "#7f7f7f", "#ff66cc"]
EXTREMES = ["#000000", "#ffffff", "#ffff00", "#00ffff", "#0000ff", "#ff00ff"]


@pytest.mark.parametrize(
    ("one", "other", "known"),
    [("#000000", "#ffffff", 21.0), ("#ffffff", "#ffffff", 1.0), ("#777777", "#ffffff", 4.48), ("#0000ff", "#ffffff", 8.59)],
)  # fmt: skip
def test_contrast_is_as_wcag_counts_it(one: str, other: str, known: float) -> None:
    assert contrast(one, other) == pytest.approx(known, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


@pytest.mark.parametrize("colour", BRANDS + EXTREMES)
def test_every_colour_is_read_on_every_surface_and_what_is_written_on_it_too(colour: str) -> None:
    accent = accent_of(colour)

    assert min(contrast(accent.light, ground) for ground in LIGHT) >= ENOUGH
    assert min(contrast(accent.dark, ground) for ground in DARK) >= ENOUGH
    assert contrast(accent.on_light, accent.light) >= ENOUGH
    assert contrast(accent.on_dark, accent.dark) >= ENOUGH


def test_a_colour_that_is_readable_stays_as_it_is() -> None:
    light, dark = USUAL

    accent = accent_of(light, dark)

    assert (accent.light, accent.dark) == (light, dark)


@pytest.mark.parametrize("colour", ["#ffd400", "#00ff88", "#ff66cc"])
def test_its_hue_is_kept(colour: str) -> None:
    moved = readable(colour, LIGHT, darker=True)

    hues = [
        colorsys.rgb_to_hls(*(int(one[at : at + 2], 16) / 255 for at in (1, 3, 5)))[0]
        for one in (colour, moved)
    ]
    assert moved != colour
    assert abs(hues[0] - hues[1]) < 0.06
