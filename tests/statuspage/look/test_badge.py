"""Badges: a shape and a word, the same style text in every one, well-formed whatever the name."""

from base64 import b64encode
from hashlib import sha256
from xml.etree import ElementTree

import pytest

from statuspage.look.badge import LONGEST_NAME, POLICY, badge, page_badge
from statuspage.look.shape import Component, Group, State

SVG = "{http://www.w3.org/2000/svg}"


def parsed(text):
    return ElementTree.fromstring(text)  # noqa: S314 - our own text


def group(*states):
    return (Group("", tuple(Component(str(n), f"C{n}", "/", s) for n, s in enumerate(states))),)


@pytest.mark.parametrize("state", State)
def test_a_badge_says_its_state_in_words_and_weighs_little(state):
    text = badge("Payments", state)
    root = parsed(text)

    assert root.findtext(f"{SVG}title") == root.get("aria-label")
    assert root.get("aria-label").startswith("Payments: ")
    assert root.get("height") == "22"
    assert len(text.encode()) < 2000


def test_shapes_differ_so_that_no_state_is_told_by_colour_alone():
    pictures = {badge("x", state).split("<g font")[0].split("<svg x")[1] for state in State}

    assert len(pictures) == len(State)


@pytest.mark.parametrize(
    "name", ["<script>&\"']]>", "\x00\r\n\u2028\u202e", "支付系统", "e\u0301" * 10, "", "x" * 500]
)
def test_no_name_breaks_a_badge(name):
    root = parsed(badge(name, State.MAJOR))

    shown = root.findtext(f"{SVG}title").rpartition(":")[0]
    assert len(shown) <= LONGEST_NAME
    assert float(root.get("width")) < 700


def test_the_policy_allows_the_style_that_is_in_it():
    style = parsed(badge("x", State.MAJOR)).findtext(f"{SVG}style")

    assert b64encode(sha256(style.encode()).digest()).decode() in POLICY


@pytest.mark.parametrize(
    ("states", "stale", "word"),
    [
        ([], False, "no known problems"),
        ([State.OPERATIONAL], False, "all operational"),
        ([State.OPERATIONAL, State.MAJOR, State.DEGRADED], False, "major outage"),
        ([State.OPERATIONAL, State.NO_DATA], False, "unknown"),
        ([State.OPERATIONAL], True, "unknown"),
        ([State.MAJOR], True, "unknown"),
    ],
)
def test_a_pages_badge_is_its_worst_present_state(states, stale, word):
    assert f"Books: {word}" in page_badge("Books", group(*states), stale=stale)
