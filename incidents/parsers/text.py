"""Sender's text made fit for a screen: bounded, without control characters and bidi overrides.

`notes` collects warning codes; identity (dedup keys) never passes through here.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from incidents.parsers.base import Context, Link

LABELS_LIMIT = 64
LABEL_NAME_LIMIT = 128
LABEL_VALUE_BYTES = 4 * 1024
DESCRIPTION_BYTES = 16 * 1024
TITLE_LIMIT = 1024
WORD_LIMIT = 128
CLIENT_LIMIT = 255
SERVICE_LIMIT = 255
_HREF_LIMIT = 2048
_LINK_NAME_LIMIT = LABEL_NAME_LIMIT - len(" 64")
_MARK = "…"
_BIDI = r"\u202a-\u202e\u2066-\u2069"
_NOT_IN_A_LINE = re.compile(rf"[\x00-\x1f\x7f-\x9f\ud800-\udfff{_BIDI}]")
_NOT_IN_A_BLOCK = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff{_BIDI}]")
_HREF = re.compile(r"https?://[^\s/\"<>\\][^\s\"<>\\]*", re.IGNORECASE)


def words(value: object) -> str:
    """Return the text form of any JSON value: itself, nothing for null, JSON for the rest."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def mapping(value: object) -> Mapping[str, object]:
    """Return `value` if it is a JSON object, otherwise an empty one."""
    return value if isinstance(value, dict) else {}


def line(text: str, limit: int, notes: list[str]) -> str:
    """Return `text` as one line of at most `limit` characters; notes `truncated`."""
    if not text.isprintable():
        text = _NOT_IN_A_LINE.sub("", " ".join(text.split()))
    text = text.strip()
    if len(text) <= limit:
        return text
    notes.append("truncated")
    return text[: limit - len(_MARK)] + _MARK


def block(text: str, limit: int, notes: list[str]) -> str:
    """Return `text` with its line breaks, of at most `limit` bytes in UTF-8; notes `truncated`."""
    if not text.isprintable():
        text = _NOT_IN_A_BLOCK.sub("", text.replace("\r\n", "\n"))
    if len(text) * 4 <= limit or len(text.encode()) <= limit:
        return text
    notes.append("truncated")
    room = limit - len(_MARK.encode())
    return text.encode()[:room].decode(errors="ignore") + _MARK


def labels_of(pairs: Iterable[tuple[str, object]], notes: list[str]) -> dict[str, str]:
    """Return the first 64 of `pairs` as labels; notes `labels_dropped` and `truncated`."""
    labels: dict[str, str] = {}
    for name, value in pairs:
        if len(labels) == LABELS_LIMIT:
            notes.append("labels_dropped")
            break
        shown = value if type(value) is str else words(value)
        labels[line(name, LABEL_NAME_LIMIT, notes)] = block(shown, LABEL_VALUE_BYTES, notes)
    return labels


def links_of(
    candidates: Iterable[tuple[str, str]], labels: dict[str, str], notes: list[str]
) -> tuple[Link, ...]:
    """Return the (href, text) pairs that lead to http or https; the others become labels.

    So `javascript:` and an unresolved macro stay readable, and can't be followed.
    """
    links: list[Link] = []
    for href, text in candidates:
        if len(href) <= _HREF_LIMIT and _HREF.fullmatch(href) and href.isprintable():
            links.append(Link(href, line(text, CLIENT_LIMIT, notes)))
        elif href.strip():
            _keep_as_label(href, text, labels, notes)
    return tuple(links)


def _keep_as_label(href: str, text: str, labels: dict[str, str], notes: list[str]) -> None:
    if len(labels) >= LABELS_LIMIT:
        notes.append("labels_dropped")
        return
    wanted = line(text, _LINK_NAME_LIMIT, notes) or "link"
    name, place = wanted, 1
    while name in labels:
        place += 1
        name = f"{wanted} {place}"
    labels[name] = block(href, LABEL_VALUE_BYTES, notes)


def untitled(source_name: str) -> str:
    """Return the title of an alert that brought none."""
    return line(f"Untitled alert from {source_name}", TITLE_LIMIT, [])


def hint(labels: Mapping[str, object], context: Context) -> str:
    """Return the slug in the label that the source was told to look at, or ""."""
    name = context.service_label
    return line(words(labels.get(name)), SERVICE_LIMIT, []) if name else ""


def hrefs(
    entries: object, href_names: tuple[str, ...], text_names: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """Yield (href, text) of each entry of a list of objects or of plain texts, or of a single one."""
    for entry in entries if isinstance(entries, list) else [entries]:
        if isinstance(entry, dict):
            href = _first(entry, href_names)
            yield href, _first(entry, text_names) or href
        else:
            yield words(entry), words(entry)


def _first(entry: Mapping[str, object], names: tuple[str, ...]) -> str:
    return next((words(entry[name]) for name in names if entry.get(name)), "")
