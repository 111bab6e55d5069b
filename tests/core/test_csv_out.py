"""CSV out: what a spreadsheet or a program reads is what was meant, and nothing in it is run."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.csv_out import attachment, plain, stream

HEADER = ("name", "what")


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "cell",
    ['=HYPERLINK("http://x","y")', "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\tx", "\rx", "\nx", "\uff1d1+1", " =1+1", "\u00a0@x"],
)  # fmt: skip
def test_what_would_be_a_formula_is_text(cell: str) -> None:
    assert plain(cell) == f"'{cell}"
    assert read(b"".join(stream(HEADER, [(cell, "x")])))[1] == [f"'{cell}", "x"]


@pytest.mark.parametrize(
    "cell", ["", "Ines", "O'Hara", "1+1", "a=b", "Tomás Avelar", "12.50", "'=1"]
)
def test_everything_else_is_as_it_was(cell: str) -> None:
    assert plain(cell) == cell


def test_it_is_rfc_4180_with_a_byte_order_mark() -> None:
    content = b"".join(stream(HEADER, [('Ines "Ola", Å', "two\r\nlines"), ("", "x")]))

    assert content == (
        '\ufeff"name","what"\r\n"Ines ""Ola"", Å","two\r\nlines"\r\n"","x"\r\n'.encode()
    )


@given(st.lists(st.tuples(*[st.text(st.characters(exclude_categories=["Cs"]))] * 2)))
def test_whatever_is_written_is_read_back_and_begins_no_formula(rows: list) -> None:
    found = read(b"".join(stream(HEADER, rows)))[1:]

    assert found == [[plain(cell) for cell in row] for row in rows]
    assert all(not cell.lstrip().startswith(tuple("=+-@")) for row in found for cell in row)


def test_it_is_streamed_line_by_line_as_a_file() -> None:
    asked = []

    def rows():
        for number in range(3):
            asked.append(number)
            yield (str(number), "x")

    answer = attachment("load-and-pay", HEADER, rows())
    lines = iter(answer.streaming_content)

    assert next(lines) == b'\xef\xbb\xbf"name","what"\r\n'
    assert asked == []
    assert next(lines) == b'"0","x"\r\n'
    assert asked == [0]
    assert answer["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert answer["Content-Disposition"] == 'attachment; filename="load-and-pay.csv"'
    assert answer["Cache-Control"] == "no-store"
