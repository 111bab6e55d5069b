"""CSV out: RFC 4180 in UTF-8, streamed, and no cell is a formula to the spreadsheet that opens it.

It begins with a byte order mark: without one Excel takes UTF-8 for the code page of its machine, and spoils every name
that isn't ASCII. Programs read it as `utf-8-sig`.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

BOM = "\ufeff"
# What spreadsheets take for the beginning of a formula (OWASP, "CSV Injection"), full-width signs included.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class _Line:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        """Return the line."""
        return text


def plain(cell: str) -> str:
    """Return a cell as a spreadsheet shows it: with an apostrophe before what it would reckon, as `=1+1`."""
    is_formula = cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA)
    return f"'{cell}" if is_formula else cell


def stream(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Yield the file line by line; every cell is quoted, lines end in CRLF."""
    write = csv.writer(_Line(), quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow
    yield f"{BOM}{write(header)}".encode()
    for row in rows:
        yield str(write([plain(cell) for cell in row])).encode()


def attachment(
    name: str, header: Sequence[str], rows: Iterable[Sequence[str]]
) -> StreamingHttpResponse:
    """Return the answer that a browser saves as `name`.csv; `name` is ASCII without quotes."""
    answer = StreamingHttpResponse(
        stream(header, rows), content_type="text/csv; charset=utf-8; header=present"
    )
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer
