"""`make shots` says in one line why it takes no picture."""

from pathlib import Path

import pytest

from tools import cluster, shots

README = Path(__file__, "../../../README.md").resolve().read_text(encoding="utf-8")
BY_HAND = {"reply-dark.png"}  # a link to it dies with its incident, so no start can take it


@pytest.fixture(autouse=True)
def _chromium(monkeypatch):
    monkeypatch.setattr(cluster, "program", lambda _name: "/usr/bin/chromium")


def test_without_a_browser_there_are_no_pictures(monkeypatch, capsys):
    monkeypatch.setattr(cluster, "program", lambda _name: None)

    assert shots.main([]) == 1
    assert "chromium is not installed (make system-packages)" in capsys.readouterr().err


def test_a_name_that_there_is_not_is_refused(capsys):
    assert shots.main(["now", "nowhere"]) == 1
    assert capsys.readouterr().err == "watchbill: no picture is called nowhere\n"


def test_every_picture_of_the_readme_is_one_that_it_takes():
    shown = {part.split('"')[0] for part in README.split('src="docs/images/')[1:]}
    taken = {
        f"{screen.name}-{width}-{theme}.png"
        for screen in shots.PICTURES
        for width in shots.WIDTHS
        for theme in shots.THEMES
    }

    assert shown - BY_HAND <= taken
