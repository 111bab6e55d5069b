"""Feeds as a real reader reads them: feedparser finds nothing wrong, whatever was typed."""

import feedparser
import pytest
from django.test import Client

from tests.factories import AService
from tests.statuspage.scenes import a_component, a_page, an_incident, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
HOSTILE = "]]> <script>alert(1)</script> &amp; \u2028\u202e\r\nBcc: x"


def test_every_feed_is_well_formed_f1(client: Client) -> None:
    page, service = a_page(), AService()
    row = a_component(page, "A ]]> & <b>", service=service)
    update = tell(an_incident(service), name=HOSTILE, body=HOSTILE, components={row.public_id: "major_outage"})  # fmt: skip
    paths = [
        "/history.rss", "/history.atom", "/history/updates.atom", f"{update.incident.path}.atom",
        f"/components/{row.public_id}/history.atom",
    ]  # fmt: skip

    for path in paths:
        answer = client.get(path)
        found = feedparser.parse(
            answer.content, response_headers={"content-type": answer["Content-Type"]}
        )
        assert (path, found.bozo) == (path, 0)
        assert (path, len(found.entries)) == (path, 1)
        assert "<script" not in found.entries[0].get("summary", "")
