"""Pages stay light: a first visit fits into the first flight of a connection."""

import gzip
import time
from pathlib import Path

import pytest

from statuspage.look.render import not_found_page, status_page
from tests.statuspage.look.scenes import SITE, many

SHEET = Path("statuspage/static/statuspage/status.css").read_bytes()
KB = 1000


def packed(*parts: bytes) -> int:
    """Give the bytes on the wire, each part compressed by itself."""
    return sum(len(gzip.compress(part, 9)) for part in parts)


def test_the_style_sheet_is_small():
    assert len(SHEET) <= 14.5 * KB


def test_thirty_components_fit_into_the_first_flight():
    page = status_page(many(30, 6, busy=True), stale=False).encode()

    assert len(page) <= 33 * KB
    assert packed(page, SHEET) <= 14 * KB


@pytest.mark.parametrize("busy", [False, True])
def test_five_hundred_components_stay_within_forty_kilobytes_p3(busy):
    page = status_page(many(500, 25, busy=busy), stale=False).encode()

    assert packed(page, SHEET) <= 40 * KB


def test_five_hundred_components_are_rendered_within_a_second_p3():
    page = many(500, 25, busy=True)
    began = time.process_time()

    status_page(page, stale=False)

    assert time.process_time() - began < 1


def test_a_page_that_does_not_exist_is_tiny():
    assert packed(not_found_page(SITE).encode()) <= 0.8 * KB
