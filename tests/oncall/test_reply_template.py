"""The reply page as markup: buttons, landmarks, policy, weight and contrast."""

import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from oncall.screens import LostRace, NextPage, ReplyScreen, Verb, render_reply
from tests.oncall.scenes import (
    EXPIRED,
    HOSTILE,
    INCIDENT,
    OPEN,
    OVER,
    PASSED,
    SNOOZED,
    STATES,
    TAKEN,
    UNREAD,
    YOURS,
    night,
)

CSS = Path(__file__, "../../../oncall/static/oncall/reply.css").resolve().read_text()
VOID = {"meta", "link", "input", "path", "circle"}
SCREENS = STATES | {
    "last in line": replace(OPEN, next_page=None),
    "not recorded": replace(OPEN, saved=False),
    "refused": replace(OPEN, messages=("Resolve is not possible.",), may_resolve=False),
    "lost race": replace(TAKEN, lost_race=LostRace(Verb.ACKNOWLEDGE, night(2, 3), night(2, 2))),
    "hostile": replace(
        OPEN,
        incident=replace(INCIDENT, title=HOSTILE, cause=HOSTILE, where=HOSTILE, code=HOSTILE[:40]),
        person=HOSTILE,
        next_page=NextPage(HOSTILE, night(2, 6)),
    ),
}
every_screen = pytest.mark.parametrize("screen", SCREENS.values(), ids=SCREENS)


@dataclass
class Element:
    tag: str
    attrs: dict[str, str]
    text: str = ""
    inside: list["Element"] = field(default_factory=list)


class Tree(HTMLParser):
    """Every element in order, with its ancestors and the text inside it; refuses unclosed ones."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.all: list[Element] = []
        self.open: list[Element] = []
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        element = Element(tag, {k: v or "" for k, v in attrs}, inside=list(self.open))
        self.all.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.all.append(Element(tag, {k: v or "" for k, v in attrs}, inside=list(self.open)))

    def handle_endtag(self, tag):
        assert self.open.pop().tag == tag

    def handle_data(self, data):
        for element in self.open:
            element.text += data

    def named(self, *tags: str) -> list[Element]:
        return [element for element in self.all if element.tag in tags]


def tree(screen: ReplyScreen) -> Tree:
    return Tree(render_reply(screen))


def presses(screen: ReplyScreen) -> list[tuple[str, str]]:
    return [(b.attrs["data-action"], b.text.strip()) for b in tree(screen).named("button")]


def links(screen: ReplyScreen) -> list[str]:
    return [a.text.strip() for a in tree(screen).named("a") if a.attrs["href"].startswith("http")]


SNOOZES = [("snooze", "15 min, to 03:18"), ("snooze", "60 min, to 04:03")]
ENDINGS = [("resolve", "Resolve"), ("false_alarm", "False alarm")]


@pytest.mark.parametrize(
    ("screen", "buttons"),
    [
        (OPEN, [("acknowledge", "Acknowledge"), ("pass", "Pass to Mika"), *SNOOZES, *ENDINGS]),
        (
            replace(OPEN, next_page=None, may_resolve=False),
            [("acknowledge", "Acknowledge"), *SNOOZES, ENDINGS[1]],
        ),
        (
            replace(OPEN, next_page=NextPage("Robin", night(2, 6), is_you=True)),
            [("acknowledge", "Acknowledge"), *SNOOZES, *ENDINGS],
        ),
        (YOURS, [("pass", "I cannot take it: page Mika"), *SNOOZES, *ENDINGS]),
        (TAKEN, []),
        (PASSED, [("acknowledge", "Acknowledge after all")]),
        (replace(PASSED, holder="Mika"), []),
        (
            SNOOZED,
            [("acknowledge", "Acknowledge now"), ("pass", "I cannot take it: page Mika"), *ENDINGS],
        ),
        (OVER, []),
        (EXPIRED, []),
        (UNREAD, [("acknowledge", "Acknowledge")]),
    ],
)
def test_every_state_has_exactly_its_buttons(screen, buttons):
    assert presses(screen) == buttons


@pytest.mark.parametrize(
    ("screen", "found"),
    [
        (OPEN, ["Switch-over"]),
        (YOURS, ["Switch-over", "Open the incident"]),
        (TAKEN, ["Open the incident"]),
        (OVER, ["Read the timeline"]),
        (EXPIRED, ["Sign in to see open incidents"]),
        (replace(OVER, incident_url="javascript:alert(1)"), []),
    ],
)
def test_what_no_link_may_do_is_a_plain_link(screen, found):
    assert links(screen) == found


@every_screen
def test_each_button_is_its_own_form_that_posts_to_the_same_address(screen):
    page = tree(screen)

    for form in page.named("form"):
        assert form.attrs == {"method": "post"}
        inside = [b for b in page.named("button") if form in b.inside]
        assert len(inside) == 1
        assert inside[0].attrs["name"] == "action"
        assert inside[0].attrs["value"] == inside[0].attrs["data-action"]
        assert inside[0].attrs["type"] == "submit"
    assert len(page.named("form")) == len(page.named("button"))


def test_a_snooze_carries_its_minutes():
    fields = [i.attrs for i in tree(OPEN).named("input")]

    assert fields == [
        {"type": "hidden", "name": "minutes", "value": "15"},
        {"type": "hidden", "name": "minutes", "value": "60"},
    ]


@every_screen
def test_each_button_says_its_effect(screen):
    page = tree(screen)
    effects = {e.attrs["id"]: e.text for e in page.all if "id" in e.attrs}

    for button in page.named("button"):
        if screen.incident is not None:
            assert effects[button.attrs["aria-describedby"]].strip().endswith(".")
    assert len(effects) == sum("id" in e.attrs for e in page.all)


def test_passing_on_says_what_changes():
    html = render_reply(OPEN)

    assert "You do not take it. Mika is paged at once instead of at 03:06 CET." in html
    assert "You take it. Paging stops for everybody." in html
    assert "You take it and are paged again then if it is still open. Times are CET." in html


@every_screen
def test_the_page_obeys_a_policy_without_inline_style_or_script(screen):
    page = tree(screen)

    assert not page.named("script", "style", "iframe", "img", "base", "object", "embed")
    for element in page.all:
        assert "style" not in element.attrs
        assert not [name for name in element.attrs if name.startswith("on")]
    assert not re.search(r"csrf|cookie|http-equiv", render_reply(screen), re.IGNORECASE)
    assert [link.attrs["href"] for link in page.named("link")] == ["/static/oncall/reply.css"]


@every_screen
def test_the_page_has_one_heading_landmarks_and_a_language(screen):
    page = tree(screen)

    assert [h.attrs["lang"] for h in page.named("html")] == ["en"]
    assert len(page.named("h1")) == len(page.named("main")) == len(page.named("header")) == 1
    assert len(page.named("title")) == 1
    named = {e.attrs["id"] for e in page.all if "id" in e.attrs}
    for element in page.all:
        for refers in ("aria-describedby", "aria-labelledby"):
            assert element.attrs.get(refers, "") in named | {""}
    for content in page.named("h1", "p", "dl", "button", "summary"):
        assert {"main", "header"} & {e.tag for e in content.inside}


@pytest.mark.parametrize(
    ("screen", "title"),
    [
        (OPEN, "Nobody has it yet: Card payments failing | Watchbill"),
        (YOURS, "You have it: Card payments failing | Watchbill"),
        (TAKEN, "Mika has it: Card payments failing | Watchbill"),
        (OVER, "It is over: Card payments failing | Watchbill"),
        (EXPIRED, "This link has expired | Watchbill"),
        (UNREAD, "Not recorded | Watchbill"),
    ],
)
def test_the_title_says_the_state_first(screen, title):
    assert tree(screen).named("title")[0].text == title


@every_screen
def test_a_page_that_can_act_says_that_opening_it_changes_nothing(screen):
    assert ("Opening this page changes nothing." in render_reply(screen)) is bool(presses(screen))


def test_a_failed_press_is_announced_and_a_good_one_too():
    roles = {e.attrs["role"] for e in tree(replace(OPEN, saved=False)).all if "role" in e.attrs}

    assert "alert" in roles
    assert 'role="status"' in render_reply(YOURS)


def test_hostile_text_stays_text():
    html = render_reply(SCREENS["hostile"])

    assert "&lt;script&gt;" in html
    assert "\u202e" not in html
    assert "Whole title: <bdi>&lt;script" in html
    assert len(tree(SCREENS["hostile"]).named("h1")[0].text) <= 160


def test_colour_is_never_alone():
    for rank in (1, 2, 3, 4):
        head = tree(replace(OPEN, incident=replace(INCIDENT, rank=rank)))
        badge = next(e for e in head.all if e.attrs.get("class") == f"sev sev{rank}")

        assert badge.text == f"Severity {rank}, SEV-1"
        assert [e for e in head.named("path", "circle") if badge in e.inside]


@every_screen
def test_the_whole_page_weighs_less_than_30_kb(screen):
    assert len(render_reply(screen).encode()) + len(CSS.encode()) < 30_000


def test_a_machine_can_read_the_times():
    stamps = [e.attrs["datetime"] for e in tree(OPEN).named("time")]

    assert stamps == ["2026-11-22T01:58Z", "2026-11-22T02:01Z", "2026-11-22T02:06Z"]


# The style sheet


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


LIGHT = tokens(CSS.split("@media (prefers-color-scheme: dark)")[0])
DARK = tokens(CSS.split("@media (prefers-color-scheme: dark)")[1].split("\n}\n")[0])
TEXT_PAIRS = [
    *[
        (text, ground)
        for text in ("text", "text2", "text3", "link")
        for ground in ("bg", "surface")
    ],
    *[("text", f"{hue}-tint") for hue in ("red", "orange", "green", "grey")],
    *[
        ("text", "sunken"),
        ("orange", "bg"),
        ("green", "bg"),
        ("red", "bg"),
        ("amber", "amber-tint"),
    ],
    *[("red-on", "red-solid"), ("orange-on", "orange-solid")],
    *[("inkfg", "ink"), ("inkfg", "inkhover"), ("text2", "grey-tint")],
]
EDGE_PAIRS = [("ctl", "surface"), ("ink", "surface"), ("link", "bg"), ("link", "surface")]


def luminance(colour: str) -> float:
    """WCAG 2.2 relative luminance of #rrggbb."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_pair_has_contrast_of_at_least_4_5(theme):
    too_low = {pair: contrast(theme[pair[0]], theme[pair[1]]) for pair in TEXT_PAIRS}

    assert {pair: ratio for pair, ratio in too_low.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_edge_that_means_something_has_contrast_of_at_least_3(theme):
    assert [pair for pair in EDGE_PAIRS if contrast(theme[pair[0]], theme[pair[1]]) < 3] == []


def test_both_themes_define_the_same_tokens_and_all_that_are_used():
    used = set(re.findall(r"var\(--([\w-]+)\)", CSS))

    assert set(LIGHT) == set(DARK)
    assert used <= set(LIGHT)
    assert set(LIGHT) <= used


def test_the_thumb_finds_its_targets():
    assert re.search(r"\.ink \{ min-height: 72px", CSS)
    assert re.search(r"\.b \{[^}]*min-height: 3rem", CSS)
    assert re.search(r"\.reload \{[^}]*min-height: 44px", CSS)


def test_the_style_sheet_loads_nothing_and_serves_every_reader():
    assert "url(" not in CSS
    assert "@import" not in CSS
    for feature in ("forced-colors: active", ":focus-visible", "safe-area-inset-bottom", "print"):
        assert feature in CSS
