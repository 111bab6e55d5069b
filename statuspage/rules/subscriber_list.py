"""A list of subscribers as a CSV file, read strictly: what it is, who is on it, and what is wrong with which line.

A head line names the columns: `address` (or `email`), and if there are any `channel`, `state`, `wants`,
`maintenance`, `follows`. Lines are counted as a spreadsheet counts them, the head is line 1.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

LARGEST = 10 * 1024 * 1024
MOST = 50_000  # subscribers
WIDEST = 10_000  # characters of the line that names the columns
COLUMNS = ("address", "channel", "state", "wants", "maintenance", "follows")
_SAME = {"email": "address", "e-mail": "address", "mail": "address", "components": "follows"}
_LONGEST_CELL = 10_000
_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
# What a state means for somebody who is brought here; any other word leaves them out.
_TOLD = ("", "confirmed", "active", "subscribed")
_WAITS = ("pending", "unconfirmed")


class BadList(ValueError):
    """The file as a whole can't be read; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """One subscriber as written. `follows`: names or ids, () for everything; `waits`: had not confirmed there either."""

    number: int
    address: str
    wants: str = "everything"
    wants_maintenance: bool = True
    follows: tuple[str, ...] = ()
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """What a file holds: lines, (line, why) for each that was left out, and columns that mean nothing here."""

    lines: tuple[Line, ...]
    faults: tuple[tuple[int, str], ...]
    unread: tuple[str, ...]


class _Left(ValueError):
    """This line is left out; the text says why."""


def read(content: bytes) -> Read:
    """Return what is in a file. Raises BadList where it is too large, no CSV in UTF-8, or lacks the addresses."""
    rows = csv.reader(io.StringIO(_text(content), newline=""), _dialect(content), strict=True)
    try:
        head = next(rows, [])
        names, unread = _named(head)
        lines: list[Line] = []
        faults: list[tuple[int, str]] = []
        for cells in rows:
            if not any(cell.strip() for cell in cells):
                continue
            if len(lines) + len(faults) >= MOST:
                raise BadList(
                    f"It has more than {MOST:,} subscribers; bring them in several files."
                )
            try:
                lines.append(_line(rows.line_num, cells, names))
            except _Left as left:
                faults.append((rows.line_num, str(left)))
    except csv.Error as error:
        raise BadList(f"Line {rows.line_num} is no CSV: {error}.") from error
    return Read(tuple(lines), tuple(faults), unread)


def _text(content: bytes) -> str:
    if len(content) > LARGEST:
        raise BadList("It is larger than 10 MiB; bring the list in several files.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadList("It is UTF-16. Save it as “CSV UTF-8”.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = content[: error.start].count(b"\n") + 1
        raise BadList(f"Line {number} is not UTF-8. Save the file as “CSV UTF-8”.") from error
    if "\0" in text:
        number = text[: text.index("\0")].count("\n") + 1
        raise BadList(f"Line {number} holds a NUL; this is no CSV file.")
    if not text.strip():
        raise BadList("It is empty.")
    if not re.search(r"[\r\n]", text[: WIDEST + 1]) and len(text) > WIDEST:
        raise BadList("Its first line is too long to name columns.")
    return text


def _dialect(content: bytes) -> type[csv.Dialect]:
    """Return how cells are parted: by what stands most often in the head line."""
    head = content.split(b"\n", maxsplit=1)[0]
    mark = max((b",", b";", b"\t"), key=head.count).decode()
    return type("Parted", (csv.excel,), {"delimiter": mark})


def _named(head: list[str]) -> tuple[Mapping[str, int], tuple[str, ...]]:
    found: dict[str, int] = {}
    unread = []
    for place, cell in enumerate(head):
        word = cell.strip().lower()
        name = _SAME.get(word, word)
        if name not in COLUMNS:
            unread.append(cell.strip()[:40] or f"column {place + 1}")
        elif name in found:
            raise BadList(f"It has two columns named {name}.")
        else:
            found[name] = place
    if "address" not in found:
        raise BadList(
            "Its first line names no column “address” or “email”. It may name: "
            f"{', '.join(COLUMNS)}."
        )
    return found, tuple(unread)


def _line(number: int, cells: list[str], names: Mapping[str, int]) -> Line:
    told = dict(_cells(cells, names))
    if told.get("channel", "email").lower() not in ("", "email"):
        raise _Left("only mail addresses are taken; an endpoint's owner signs it up.")
    state = told.get("state", "").lower()
    if state not in (*_TOLD, *_WAITS):
        raise _Left(f"it was “{state[:20]}” where it comes from.")
    if not told.get("address"):
        raise _Left("it has no address.")
    follows = tuple(one.strip() for one in told.get("follows", "").split(";") if one.strip())
    return Line(
        number=number,
        address=told["address"],
        wants=_chosen(told.get("wants", ""), {"": "everything", "everything": "everything", "ends": "ends"}, "wants"),
        wants_maintenance=_chosen(told.get("maintenance", ""), {"": "1", "yes": "1", "no": ""}, "maintenance") == "1",
        follows=follows,
        waits=state in _WAITS,
    )  # fmt: skip


def _cells(cells: list[str], names: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Give the cells that mean something, without the apostrophe that kept one from being a formula."""
    for name, place in names.items():
        cell = cells[place].strip() if place < len(cells) else ""
        if len(cell) > _LONGEST_CELL:
            raise _Left(f"its {name} is longer than {_LONGEST_CELL:,} characters.")
        yield name, cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _chosen(word: str, words: Mapping[str, str], column: str) -> str:
    try:
        return words[word.lower()]
    except KeyError:
        known = ", ".join(one for one in words if one)
        raise _Left(f"its {column} is “{word[:20]}”, not one of {known}.") from None
