"""Feeds: strict XML whatever was typed, ids that never change, dates that move with the news."""

from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from statuspage.look.feeds import atom, rss
from statuspage.look.shape import Feed, FeedEntry, Stage, Update
from tests.statuspage.look.happenings import CARDS, EBOOKS, at
from tests.statuspage.look.reader import read

ATOM = "{http://www.w3.org/2005/Atom}"
URL = "https://status.northwind.example"


def entry(number, incident):
    return FeedEntry(
        number, incident.title, f"{URL}{incident.url}", incident.started_at, incident.updates
    )


FEED = Feed(
    name="Northwind Books",
    url=URL,
    self_url=f"{URL}/history.atom",
    updated_at=at("14:47"),
    entries=(entry(7, EBOOKS), entry(8, CARDS)),
)
MANY = replace(
    FEED,
    entries=tuple(
        replace(
            entry(n, CARDS),
            updates=(Update("1", Stage.RESOLVED, at("00:00") + timedelta(minutes=n), "x"),),
        )
        for n in range(40)
    ),
)


def parsed(text):
    return ElementTree.fromstring(text)  # noqa: S314 - our own text


def test_rss_has_the_shape_that_readers_know():
    channel = parsed(rss(FEED)).find("channel")

    assert [(child.tag, child.text) for child in list(channel)[:4]] == [
        ("title", "Northwind Books - Incident History"),
        ("link", URL),
        ("description", "Statuspage"),
        ("pubDate", "Sat, 21 Nov 2026 14:47:00 +0000"),
    ]
    item = channel.find("item")
    assert item.findtext("title") == CARDS.title
    assert item.findtext("pubDate") == "Sat, 21 Nov 2026 14:47:00 +0000"
    assert item.findtext("guid") == item.findtext("link") == f"{URL}/incidents/k2v9"


def test_atom_has_the_shape_that_readers_know():
    root = parsed(atom(FEED))
    first = root.find(f"{ATOM}entry")

    assert root.findtext(f"{ATOM}id") == "tag:status.northwind.example,2005:/history"
    assert root.findtext(f"{ATOM}updated") == "2026-11-21T14:47:00Z"
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "Northwind Books"
    assert {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")} == {
        "alternate": URL,
        "self": f"{URL}/history.atom",
    }
    assert first.findtext(f"{ATOM}id") == "tag:status.northwind.example,2005:Incident/8"
    assert first.findtext(f"{ATOM}published") == "2026-11-21T14:05:00Z"
    assert first.find(f"{ATOM}content").get("type") == "html"


@pytest.mark.parametrize("make", [rss, atom])
def test_twenty_five_entries_newest_activity_first_f1(make):
    titles = [e.number for e in sorted(MANY.entries, key=lambda e: -e.number)][:25]
    items = list(parsed(make(MANY)).iter("item" if make is rss else f"{ATOM}entry"))

    assert len(items) == len(titles) == 25
    if make is atom:
        ids = [item.findtext(f"{ATOM}id").rsplit("/", 1)[1] for item in items]
        assert ids == [str(number) for number in titles]


def test_an_update_moves_the_date_and_not_the_id_f1():
    later = replace(
        CARDS, updates=(*CARDS.updates, Update("4", Stage.RESOLVED, at("15:30"), "Done."))
    )
    before, after = (
        parsed(rss(replace(FEED, entries=(entry(8, one),)))).find("channel/item")
        for one in (CARDS, later)
    )

    assert before.findtext("guid") == after.findtext("guid")
    assert before.findtext("pubDate") != after.findtext("pubDate")


def test_a_stage_that_is_said_again_is_an_update():
    story = parsed(rss(FEED)).find("channel/item").findtext("description")

    assert [label for label in ("Update", "Identified", "Investigating") if label in story] == [
        "Update",
        "Identified",
        "Investigating",
    ]
    assert story.index("Update") < story.index("Identified") < story.index("Investigating")
    assert "21 Nov, 14:47\u00a0UTC" in story


@pytest.mark.parametrize("make", [rss, atom])
@pytest.mark.parametrize(
    "text",
    ["]]><script>alert(1)</script>", "&amp;<b>", "\x00\x08\ufffe\ud800\u202e", "<!-- --> <?x?>"],
)
def test_no_text_breaks_a_feed(make, text):
    hostile = replace(
        entry(1, CARDS),
        title=text,
        updates=(Update(text, Stage.RESOLVED, at("14:00"), text),),
    )

    whole = make(replace(FEED, name=text, entries=(hostile,)))

    root = parsed(whole.encode())
    bodies = [e.text for e in root.iter() if e.tag in ("description", f"{ATOM}content")]
    assert {tag for body in bodies for tag, _ in read(body).elements} <= {
        "div",
        "small",
        "br",
        "strong",
        "p",
    }


@pytest.mark.parametrize("make", [rss, atom])
def test_the_same_feed_is_the_same_text(make):
    backwards = replace(FEED, entries=FEED.entries[::-1])

    assert make(FEED) == make(backwards)
