"""Pages stay light and cheap as they are really served: with a style of their own, a logo, and much to tell (4.4, P3, B8)."""

import gzip
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from statuspage.models import (
    Component,
    ComponentChange,
    ComponentInterval,
    Mark,
    Page,
    PublicIncident,
    PublicUpdate,
)
from statuspage.rules.ids import new_id
from tests.factories import NINE
from tests.statuspage.scenes import LONG_AGO, a_component, a_group, a_page, shown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
KB = 1000
LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" width="96" height="32"><path d="M0 0h9v9z"/></svg>'


def a_busy_page(components: int, groups: int, incidents: int, **fields: object) -> Page:
    """Return a page with a colour and a logo of its own; a third of its components had trouble, and some have it."""
    page = a_page(accent="#7a1fa2", **fields)
    Mark.objects.create(
        page=page, kind="logo", content=LOGO, content_type="image/svg+xml", width=96, height=32, etag="e" * 64,
    )  # fmt: skip
    headings = [a_group(page, f"Region {number}", number) for number in range(groups)]
    rows = Component.objects.bulk_create(
        Component(
            public_id=new_id(), page=page, name=f"Service {number}", group=headings[number % groups], position=number,
            created_at=LONG_AGO, updated_at=LONG_AGO,
        )
        for number in range(components)
    )  # fmt: skip
    ComponentInterval.objects.bulk_create(
        ComponentInterval(
            component=row, state=("partial_outage", "degraded_performance", "major_outage")[number % 3],
            from_at=(begin := NINE - timedelta(days=number * 7 % 88 + 1)), to_at=begin + timedelta(minutes=number % 90 + 5),
        )
        for number, row in enumerate(rows) if number % 3 == 0
    )  # fmt: skip
    told = PublicIncident.objects.bulk_create(
        PublicIncident(
            public_id=new_id(), page=page, name=f"Trouble {number}", state="resolved", impact="minor",
            started_at=(begin := NINE - timedelta(hours=10 * number + 10)), created_at=begin, updated_at=begin,
            resolved_at=begin + timedelta(hours=1),
        )
        for number in range(incidents)
    )  # fmt: skip
    for number, (state, words) in enumerate([("investigating", "We are looking into it."), ("resolved", "It works again.")], 1):  # fmt: skip
        updates = PublicUpdate.objects.bulk_create(
            PublicUpdate(
                public_id=new_id(), incident=one, number=number, state=state, body=words,
                display_at=one.started_at, created_at=one.started_at,
            )
            for one in told
        )  # fmt: skip
        ComponentChange.objects.bulk_create(
            ComponentChange(
                update_of=update, component=rows[place % len(rows)], old_state="operational", new_state="partial_outage"
            )
            for place, update in enumerate(updates)
        )  # fmt: skip
    return page


def weight(*paths: str) -> int:
    """Return the bytes on the wire, as a browser asks for them."""
    return sum(len(_packed(path)) for path in paths)


def _packed(path: str) -> bytes:
    answer: Any = Client().get(path, headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    return answer.content if "Content-Encoding" in answer else gzip.compress(answer.content, 6)


def style_of(html: str) -> str:
    return html.split('rel="stylesheet" href="')[1].split('"', maxsplit=1)[0]


@pytest.mark.parametrize(
    ("components", "groups", "incidents", "most"), [(30, 6, 20, 14 * KB), (500, 25, 200, 40 * KB)]
)
def test_a_page_with_its_own_style_and_bars_is_light_p3(
    components: int, groups: int, incidents: int, most: int
) -> None:
    shown(a_busy_page(components, groups, incidents))
    style = style_of(Client().get("/").content.decode())

    assert style.startswith("/style-")
    assert b"#7a1fa2" in Client().get(style).content
    assert weight("/", style) <= most


def test_a_large_page_is_rendered_by_as_many_statements_as_a_small_one_p3() -> None:
    counts = []
    for size in ((3, 1, 1), (500, 25, 200)):
        page = a_busy_page(*size, slug=f"p{size[0]}", is_default=size[0] == 3, hosts=[f"p{size[0]}.example"])  # fmt: skip
        shown(page)
        with CaptureQueriesContext(connection) as seen:
            shown(page, NINE + timedelta(minutes=1))
        counts.append(
            len([one for one in seen.captured_queries if one["sql"].startswith("SELECT")])
        )

    assert counts[0] == counts[1]
    assert counts[1] <= 20


def test_what_is_looked_at_is_there() -> None:
    """The figures above are of a page that shows what it should."""
    page = a_busy_page(30, 6, 20)
    a_component(page, "Without a group")
    shown(page)
    html = Client().get("/").content.decode()

    assert html.count('class="row"') == 31
    assert html.count('role="img"') >= 31
    assert 'src="/mark-' in html
