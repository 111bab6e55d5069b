"""Whatever is typed is inert wherever it is shown: pages, feeds, JSON, staff screens."""

import json
from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from statuspage.models import Page
from tests.factories import NINE, AService, AUser
from tests.statuspage.scenes import a_component, a_group, a_page, an_incident, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]><script>alert(1)</script><![CDATA[",
    "{{ settings.SECRET_KEY }}{% debug %}{impact}",
    "[click](javascript:alert(1)) javascript:alert(1)",
    "a\u202eb\ufeff\u2028c\x1bd",
    "&lt;script&gt;&#x41;&bogus;",
    "\U0001f525" * 40,
]


@pytest.fixture(params=HOSTILE, ids=range(len(HOSTILE)))
def text(request: pytest.FixtureRequest) -> str:
    """Give one hostile text."""
    return str(request.param)


@pytest.fixture
def paths(text: str) -> list[str]:
    """Give every public address of a page on which everything is called so."""
    page = a_page(name=text[:120])
    service = AService()
    group = a_group(page, f"group {text}"[:120])
    row = a_component(page, text[:120], service=service, group=group, description=text)
    incident = an_incident(service)
    update = tell(
        incident,
        name=text,
        body=f"{text}\n\n- {text}",
        advice=text,
        components={row.public_id: "major_outage"},
    )
    tell(incident, "resolved", at=NINE, name=text, body=text)
    return [
        "/", "/history", update.incident.path, f"/components/{row.public_id}", "/history.rss", "/history.atom",
        "/api/v2/summary.json", "/api/v2/incidents.json",
    ]  # fmt: skip


def test_no_hostile_text_becomes_markup(client: Client, paths: list[str]) -> None:
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 200
        content = answer.content.decode()
        if answer["Content-Type"].startswith("text/html"):
            assert "<script" not in content
            assert "<img" not in content
            assert 'href="javascript' not in content


def test_feeds_stay_well_formed_and_their_html_is_inert(client: Client, paths: list[str]) -> None:
    for path in paths[4:6]:
        root = ET.fromstring(client.get(path).content)  # noqa: S314  our own bytes
        texts = [
            element.text or ""
            for element in root.iter()
            if element.tag.endswith(("description", "content"))
        ]
        assert any(texts)
        assert not any(
            "<script" in one or "<img" in one or 'href="javascript' in one for one in texts
        )


def test_json_carries_the_text_as_it_was_typed(client: Client, paths: list[str], text: str) -> None:
    [incident] = json.loads(client.get(paths[-1]).content)["incidents"]

    assert incident["incident_updates"][0]["body"] == text.strip()


def test_staff_screens_show_it_as_text(client: Client, paths: list[str], text: str) -> None:
    client.force_login(AUser(group="Administrator"))
    page = Page.objects.get()
    incident = page.incidents.get()
    row = page.components.get()
    for path in (
        f"/admin/statuspage/publish/{incident.incident_id}/",
        f"/admin/statuspage/publicincident/{incident.pk}/change/",
        f"/admin/statuspage/component/{row.pk}/change/",
        "/admin/statuspage/component/",
        "/admin/statuspage/publicincident/",
        f"/admin/incidents/incident/{incident.incident_id}/change/",
    ):
        content = client.get(path).content.decode()
        assert "<script>alert" not in content
        assert "<img src=x" not in content
