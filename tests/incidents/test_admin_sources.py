"""Sources and their keys: shown once, rotated with an overlap, revoked after a question."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from core.actor import person
from core.errors import Invalid, NotAllowed, NotFound, NotPossible
from core.models import Team, User
from core.secrets import digest
from incidents import actions
from incidents.actions import catalog
from incidents.actions.receive import Request
from incidents.actions.services import ServiceChange, add_service
from incidents.admin.snippets import SNIPPETS, snippet
from incidents.ingest.keys import forget
from incidents.models import Service, Source, SourceKey
from incidents.parsers import FORMATS
from tests.conftest import Clock
from tests.core import admin_scene as scene
from tests.factories import IMPORT, NINE, AService, ASource, ATeam, AUser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]

LIST = "/admin/incidents/source/"


@pytest.fixture
def team() -> Team:
    return ATeam(slug="own")


@pytest.fixture
def mona(team: Team) -> User:
    return AUser(username="mona", manages=team)


@pytest.fixture
def browser(mona: User) -> Client:
    return scene.signed_in(mona)


def text(reply: Any) -> str:
    return reply.content.decode().replace("&#x27;", "'").replace("&quot;", '"')


def press(browser: Client, source: Source, button: str, **typed: str) -> Any:
    return browser.post(f"{LIST}{source.pk}/press/{button}/", typed, follow=True)


def add(browser: Client, service: Service, **changes: str) -> Any:
    form = {"name": "Prometheus", "format": "alertmanager", "service": service.pk, **changes}
    return browser.post(f"{LIST}add/", form, follow=True)


# The actions


@pytest.mark.parametrize(("form", "shape"), [
    ("alertmanager", r"imk_[a-z0-9]{10}_[\w-]{43}"), ("generic", r"imk_[a-z0-9]{10}_[\w-]{43}"), ("pagerduty", r"[0-9a-f]{32}"),
])  # fmt: skip
def test_s5_a_new_source_has_one_key_of_its_format_s_shape(form: str, shape: str) -> None:
    source, key = catalog.make_source("P", form=form, service=AService(), by=IMPORT, at=NINE)

    stored = source.keys.get()
    assert re.fullmatch(shape, key)
    assert stored.digest == digest(key)
    assert key.startswith(stored.prefix)
    assert len(stored.prefix) <= 14


def test_two_keys_live_at_most_and_a_revoked_one_makes_room() -> None:
    source, _first = catalog.make_source(
        "P", form="generic", service=AService(), by=IMPORT, at=NINE
    )
    catalog.new_key(source.pk, by=IMPORT, at=NINE)

    with pytest.raises(NotPossible, match="two live keys already"):
        catalog.new_key(source.pk, by=IMPORT, at=NINE)
    catalog.revoke_key(source.keys.last().pk, by=IMPORT, at=NINE)
    catalog.new_key(source.pk, by=IMPORT, at=NINE)

    assert source.keys.filter(revoked_at=None).count() == 2


def test_revoking_and_switching_twice_change_nothing(clock: Clock) -> None:
    source = ASource()
    key = source.keys.get()

    for at in (NINE, clock.forward(hours=1)):
        catalog.revoke_key(key.pk, by=IMPORT, at=at)
        catalog.switch_source(source.pk, on=False, by=IMPORT, at=at)

    assert SourceKey.objects.get().revoked_at == NINE
    assert Source.objects.get().disabled_at == NINE
    assert catalog.switch_source(source.pk, on=True, by=IMPORT, at=NINE).disabled_at is None


@pytest.mark.parametrize("wrong", [{"form": "smoke"}, {"name": ""}, {"name": "n" * 121}])
def test_a_wrong_source_is_invalid_and_leaves_nothing(wrong: dict[str, str]) -> None:
    fields = {"name": "P", "form": "generic"} | wrong

    with pytest.raises(Invalid):
        catalog.make_source(**fields, service=AService(), by=IMPORT, at=NINE)

    assert not Source.objects.exists()


def test_a_name_is_given_once() -> None:
    add_service("shop", ServiceChange(name="Shop"), team=ATeam(), by=IMPORT, at=NINE)
    ASource(name="P")

    with pytest.raises(Invalid, match="already exists"):
        add_service("shop", ServiceChange(name="Other"), team=ATeam(), by=IMPORT, at=NINE)
    with pytest.raises(Invalid, match="already exists"):
        catalog.make_source("P", form="generic", service=AService(), by=IMPORT, at=NINE)


def test_what_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound):
        catalog.new_key(9, by=IMPORT, at=NINE)
    with pytest.raises(NotFound):
        catalog.revoke_key(9, by=IMPORT, at=NINE)


def test_only_the_team_s_managers_make_and_key_sources(team: Team, mona: User) -> None:
    own, foreign = AService(team=team), AService()
    by = person(mona)

    source, _key = catalog.make_source("P", form="generic", service=own, by=by, at=NINE)
    catalog.new_key(source.pk, by=by, at=NINE)
    with pytest.raises(NotAllowed):
        catalog.make_source("Q", form="generic", service=foreign, by=by, at=NINE)
    with pytest.raises(NotAllowed):
        catalog.new_key(ASource(service=foreign).pk, by=by, at=NINE)
    with pytest.raises(NotAllowed):
        add_service("new", ServiceChange(name="New"), team=ATeam(), by=by, at=NINE)


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_the_address_that_is_shown_takes_events(form: str, client: Client) -> None:
    source, key = catalog.make_source("P", form=form, service=AService(), by=IMPORT, at=NINE)
    url = catalog.ingest_url(source, key)
    body = {
        "alertmanager": {"version": "4", "status": "firing", "alerts": []},
        "generic": {"action": "trigger", "title": "T"},
        "pagerduty": {
            "routing_key": key, "event_action": "trigger",
            "payload": {"summary": "T", "source": "s", "severity": "error"},
        },
    }[form]  # fmt: skip

    reply = client.post(
        url.partition("//")[2].partition("/")[1] + url.partition("//")[2].partition("/")[2],
        body,
        "application/json",
    )

    assert reply.status_code == 202


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_every_format_has_something_to_paste_that_its_parser_takes(form: str) -> None:
    assert set(SNIPPETS) == set(FORMATS)

    pasted = snippet(ASource(format=form), "a" * 32)

    assert "KEY" not in pasted
    sent = re.search(r"-d '(\{.*\})'", pasted, re.DOTALL)
    if form != "alertmanager":
        assert sent is not None
        FORMATS[form].check(json.loads(sent[1]))


# The screen


def test_adding_a_source_shows_its_address_once(browser: Client, team: Team) -> None:
    reply = add(browser, AService(team=team))

    source = Source.objects.get()
    shown = re.search(
        r"shown only now: (http://[^\s<]+/in/alertmanager/(imk_[\w-]+)/)", text(reply)
    )
    assert shown is not None
    assert source.keys.get().digest == digest(shown[2])
    assert shown[2] not in text(browser.get(f"{LIST}{source.pk}/change/"))
    assert shown[2] not in text(browser.get(f"{LIST}{source.pk}/history/"))


def test_a_manager_is_offered_the_services_of_their_team_only(browser: Client, team: Team) -> None:
    AService(team=team, name="Mine")
    foreign = AService(name="Theirs")

    form = text(browser.get(f"{LIST}add/"))

    assert "Mine" in form
    assert "Theirs" not in form
    assert add(browser, foreign).status_code == 422
    assert not Source.objects.exists()


def test_a_manager_can_t_give_a_source_to_a_team_not_theirs(browser: Client, team: Team) -> None:
    source, foreign = ASource(service=AService(team=team)), AService()

    browser.post(
        f"{LIST}{source.pk}/change/",
        {"name": "P", "service": foreign.pk, "service_label": "", "hold_down_s": "60"},
    )

    assert Source.objects.get().service_id == source.service_id


def test_a_routing_key_is_shown_once_beside_its_address(browser: Client, team: Team) -> None:
    source = ASource(service=AService(team=team), format="pagerduty")

    shown = re.search(
        r"shown only now: ([0-9a-f]{32}) \(for (\S+)/v2/enqueue\)",
        text(press(browser, source, "new_key")),
    )

    assert shown is not None
    assert SourceKey.objects.filter(digest=digest(shown[1])).exists()


def test_a_third_key_is_refused_in_words(browser: Client, team: Team) -> None:
    source = ASource(service=AService(team=team))
    press(browser, source, "new_key")

    assert "has two live keys already; revoke one first." in text(press(browser, source, "new_key"))
    assert source.keys.count() == 2


def test_revoking_a_key_asks_first_and_then_refuses_its_sender(
    browser: Client, team: Team, client: Client
) -> None:
    source = ASource(service=AService(team=team))
    key = source.keys.get()
    address = f"/in/alertmanager/{source.key}/"

    asked = press(browser, source, f"revoke-{key.pk}")
    assert "It was never used." in text(asked)
    assert SourceKey.objects.get().revoked_at is None

    press(browser, source, f"revoke-{key.pk}", confirmed="1")
    forget()
    assert (
        client.post(address, {"version": "4", "alerts": []}, "application/json").status_code == 404
    )


def test_a_key_of_another_source_can_t_be_revoked_from_here(browser: Client, team: Team) -> None:
    mine, foreign = ASource(service=AService(team=team)), ASource()

    reply = press(browser, mine, f"revoke-{foreign.keys.get().pk}", confirmed="1")

    assert reply.status_code == 403
    assert foreign.keys.get().revoked_at is None


def test_switching_off_asks_first_and_on_again_does_not(browser: Client, team: Team) -> None:
    source = ASource(service=AService(team=team))

    assert "is refused (410)" in text(press(browser, source, "switch_off"))
    assert "is switched off." in text(press(browser, source, "switch_off", confirmed="1"))
    assert Source.objects.get().disabled_at is not None
    assert "is switched on." in text(press(browser, source, "switch_on"))
    assert Source.objects.get().disabled_at is None


@pytest.mark.parametrize("button", ["new_key", "switch_off", "switch_on"])
@pytest.mark.parametrize("group", ["Responder", "Viewer"])
def test_others_press_in_vain(group: str, button: str) -> None:
    source = ASource(disabled_at=NINE if button == "switch_on" else None)

    reply = press(scene.signed_in(AUser(group=group)), source, button, confirmed="1")

    assert reply.status_code == 403
    assert source.keys.count() == 1
    assert Source.objects.get().disabled_at == source.disabled_at


def test_the_page_says_what_was_refused_in_the_last_hour(browser: Client, clock: Clock) -> None:
    source = ASource()
    request = Request(source.pk, source.keys.get().pk, "alertmanager", b"{")
    for code, at in (
        ("old", clock.now),
        ("first", clock.forward(minutes=50)),
        ("latest", clock.forward(minutes=20)),
    ):
        actions.reject(request, status=422, code=code, detail="because", at=at)

    html = text(browser.get(f"{LIST}{source.pk}/change/"))

    assert "2 requests were refused in the last hour." in html
    assert "latest" in html
    assert ">first<" not in html


def test_the_page_says_of_each_key_when_it_was_last_used(browser: Client, clock: Clock) -> None:
    source = ASource()
    source.keys.update(last_used_at=clock.now)

    html = text(browser.get(f"{LIST}{source.pk}/change/"))

    assert "1 of at most 2 keys live." in html
    assert html.count("23 Nov 2026 09:00:00") >= 2
    assert source.key not in html


def test_a_format_without_a_text_of_its_own_shows_its_plain_address() -> None:
    source = Source(name="New", format="smoke")

    assert snippet(source, "imk_x") == catalog.ingest_url(source, "imk_x") + "\n"
