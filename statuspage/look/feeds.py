"""The history as RSS 2.0 and Atom, in the shape that readers of Statuspage feeds know.

One entry per incident or maintenance, the newest activity first; ids never change, so an update
moves an entry's date and not its identity. XML is built as a tree, so no text can break it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from django.utils.html import format_html
from django.utils.safestring import SafeString

from statuspage.look.shape import Feed, FeedEntry, Stage, Update
from statuspage.look.states import stage_word
from statuspage.look.text import body_html, clean
from statuspage.look.times import Times, day_short

ENTRIES = 25
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PARAGRAPH = "<div><small>{}</small><br><strong>{}</strong> - {}</div>"


def rss(feed: Feed) -> str:
    """Give the feed as RSS 2.0."""
    root = Element("rss", {"version": "2.0", "xmlns:dc": "http://purl.org/dc/elements/1.1/"})
    channel = SubElement(root, "channel")
    _text(channel, "title", _title(feed))
    _text(channel, "link", feed.url)
    _text(channel, "description", "Statuspage")
    _text(channel, "pubDate", _rfc822(feed.updated_at))
    for entry in _newest(feed):
        item = SubElement(channel, "item")
        _text(item, "title", clean(entry.title))
        _text(item, "description", _story(entry, feed.zone))
        _text(item, "pubDate", _rfc822(_moved(entry)))
        _text(item, "link", entry.url)
        _text(item, "guid", entry.url)
    return _written(root)


def atom(feed: Feed) -> str:
    """Give the feed as Atom (RFC 4287)."""
    root, host = _atom_root(feed), urlsplit(feed.url).netloc
    for entry in _newest(feed):
        item = _atom_entry(root, f"tag:{host},2005:Incident/{entry.number}", entry.url)
        _text(item, "published", _iso(entry.created_at))
        _text(item, "updated", _iso(_moved(entry)))
        _text(item, "title", clean(entry.title))
        _text(item, "content", _story(entry, feed.zone)).set("type", "html")
    return _written(root)


def updates_atom(feed: Feed) -> str:
    """Give the feed as Atom with an entry for each update, so that a reader misses none and is told of none twice."""
    root, host = _atom_root(feed), urlsplit(feed.url).netloc
    told = [
        (update, label, entry)
        for entry in feed.entries
        for update, label in _labelled(sorted(entry.updates, key=lambda update: update.at))
    ]
    told.sort(key=lambda one: (one[0].at, one[2].number, one[0].id), reverse=True)
    for update, label, entry in told[:ENTRIES]:
        name = f"tag:{host},2005:Update/{entry.number}/{clean(update.id)}"
        item = _atom_entry(root, name, f"{entry.url}#u-{clean(update.id)}")
        _text(item, "published", _iso(update.at))
        _text(item, "updated", _iso(update.at))
        _text(item, "title", f"{clean(entry.title)}: {label}")
        _text(item, "content", _paragraph(update, label, feed.zone)).set("type", "html")
    return _written(root)


def _atom_root(feed: Feed) -> Element:
    """Give the head of an Atom feed; its id is its address without the ending."""
    root = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": "en-US"})
    own = urlsplit(feed.self_url)
    _text(root, "id", f"tag:{urlsplit(feed.url).netloc},2005:{own.path.removesuffix('.atom')}")
    SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": clean(feed.url)})
    SubElement(root, "link", {"rel": "self", "href": clean(feed.self_url)})
    _text(root, "title", _title(feed))
    _text(root, "updated", _iso(feed.updated_at))
    _text(SubElement(root, "author"), "name", clean(feed.name))
    return root


def _atom_entry(root: Element, name: str, url: str) -> Element:
    item = SubElement(root, "entry")
    _text(item, "id", name)
    SubElement(item, "link", {"rel": "alternate", "type": "text/html", "href": clean(url)})
    return item


def _title(feed: Feed) -> str:
    return f"{clean(feed.name)} - Incident History"


def _newest(feed: Feed) -> list[FeedEntry]:
    ordered = sorted(feed.entries, key=lambda entry: (_moved(entry), entry.number), reverse=True)
    return ordered[:ENTRIES]


def _moved(entry: FeedEntry) -> datetime:
    """Give the instant of the latest update, or of creation where there is none."""
    return max((update.at for update in entry.updates), default=entry.created_at)


def _story(entry: FeedEntry, zone: str) -> str:
    """Give the updates as HTML, newest first; a stage said again is labelled "Update"."""
    told = list(_labelled(sorted(entry.updates, key=lambda update: update.at)))
    return "".join(_paragraph(update, label, zone) for update, label in reversed(told))


def _labelled(updates: list[Update]) -> Iterator[tuple[Update, str]]:
    before: Stage | None = None
    for update in updates:
        yield update, "Update" if update.stage is before else stage_word(update.stage)
        before = update.stage


def _paragraph(update: Update, label: str, zone: str) -> SafeString:
    times = Times.of(zone, update.at)
    day = day_short(times.day(update.at), weekday=False)
    return format_html(
        _PARAGRAPH, f"{day}, {times.words(update.at)}", label, body_html(update.body)
    )


def _text(parent: Element, name: str, text: str) -> Element:
    child = SubElement(parent, name)
    child.text = text
    return child


def _rfc822(at: datetime) -> str:
    """Give "Sat, 21 Nov 2026 14:47:00 +0000": RFC 822 names are English whatever the locale."""
    moment = at.astimezone(UTC)
    day, month = day_short(moment.date(), weekday=False).split()
    return f"{_DAYS[moment.weekday()]}, {int(day):02} {month} {moment.year} {moment:%H:%M:%S} +0000"


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _written(root: Element) -> str:
    indent(root)
    return _DECLARATION + tostring(root, encoding="unicode") + "\n"
