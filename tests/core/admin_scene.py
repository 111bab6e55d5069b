"""One row, or several, behind every admin screen; and the people who look at them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.test import Client
from django.urls import reverse

from core.models import ApiToken, Heartbeat, LateCall, SignIn, Team, User
from core.secrets import digest
from incidents.models import (
    Alert,
    AlertKey,
    ChangeEvent,
    Incident,
    PlaybookVersion,
    RawEvent,
    Rejection,
    Source,
)
from notify.models import Delivery, DeliveryAttempt, KeptMail
from oncall.models import (
    Escalation,
    ForeignCalendar,
    Handoff,
    Holiday,
    HolidayCalendar,
    Override,
    Page,
    PayPlan,
    PayRate,
    PolicyBinding,
    Swap,
    SwapLeg,
    Unavailability,
)
from postmortems.models import ActionItem, Postmortem, Section
from statuspage.models import Mailing, Maintenance, Proposal, PublicIncident
from statuspage.models import Page as StatusPage
from tests.factories import (
    NINE,
    AnIncident,
    APolicy,
    AResponder,
    ASchedule,
    AService,
    ASource,
    ATeam,
    AUser,
)
from tests.statuspage.letters import a_subscriber
from tests.statuspage.scenes import a_component, a_group, a_page

HOUR = timedelta(hours=1)


@dataclass
class Cast:
    """One person per role; `team` owns every row of the scene."""

    team: Team
    administrator: User
    responder: User
    viewer: User
    manager: User
    stranger: User


def cast() -> Cast:
    """Make the people; `stranger` manages another team."""
    team = ATeam(slug="own")
    return Cast(
        team,
        AUser(username="ada", group="Administrator"),
        AUser(username="rob", group="Responder"),
        AUser(username="vera", group="Viewer"),
        AUser(username="mona", group="Responder", manages=team),
        AUser(username="olga", group="Responder", manages=ATeam(slug="other")),
    )


def fill(team: Team, count: int = 1) -> None:
    """Add `count` rows behind every screen."""
    Heartbeat.objects.get_or_create(part="engine", defaults={"beat_at": NINE})
    for _ in range(count):
        _fill_one(team)


def _fill_one(team: Team) -> None:
    person = AUser()
    SignIn.objects.create(
        at=NINE, event="signed_in", method="password", user=person, who=person.username
    )
    service = AService(team=team)
    source = ASource(service=service)
    number = Source.objects.count()
    event = RawEvent.objects.create(
        source=source, received_at=NINE, kind="alertmanager", body=b'{"a": 1}', verdict="quarantined", processed_at=NINE,
        key=source.keys.first(),
    )  # fmt: skip
    Rejection.objects.create(source=source, received_at=NINE, status=422, code="no", body=b"x")
    ChangeEvent.objects.create(source=source, event=event, occurred_at=NINE, summary="deploy")
    incident = AnIncident(
        service=service, source=source, declared=True, acknowledged=True, acknowledged_by=person
    )
    key = AlertKey.objects.create(source=source, key=f"k{number}")
    Alert.objects.create(
        key=key, source=source, incident=incident, title="CPU", severity="error", started_at=NINE,
        first_received_at=NINE, last_received_at=NINE, first_event=event,
    )  # fmt: skip
    latest = PlaybookVersion.objects.get(slug="standard", number=1)
    PlaybookVersion.objects.create(
        slug=f"own-{number}",
        number=1,
        name="Own",
        document=latest.document,
        checksum="0",
        created_at=NINE,
    )
    ApiToken.objects.create(
        user=person, scope="read", slot=1, prefix="wbt_12345678", digest=digest(str(number)), created_at=NINE,
        expires_at=NINE + HOUR,
    )  # fmt: skip
    LateCall.objects.create(
        fact="incident.ended", handler="x.y", object_id=1, created_at=NINE, due_at=NINE
    )
    _fill_pager(team, person, incident, number)
    _fill_learning(person, incident)
    _fill_public(team, incident, number)


def _fill_pager(team: Team, person: User, incident: Incident, number: int) -> None:
    AResponder(user=person)
    schedule = ASchedule(team=team, people=[person, AUser()])
    Override.objects.create(
        schedule=schedule, user=AUser(), starts_at=NINE - HOUR, ends_at=NINE + HOUR, created_at=NINE
    )
    Handoff.objects.create(
        schedule=schedule, seat="primary", from_user=person, starts_at=NINE - HOUR, ends_at=NINE + HOUR, created_at=NINE
    )  # fmt: skip
    calendar = HolidayCalendar.objects.create(name=f"Norway {number}", team=team, country="NO")
    for day in (NINE.date(), date(2027, 5, 17)):
        Holiday.objects.create(calendar=calendar, date=day, is_public=True)
    foreign = ForeignCalendar(user=person, created_at=NINE, due_at=NINE, error="It is gone.")
    foreign.seal("https://calendar.example/a.ics", "calendar.example")
    foreign.save()
    swap = Swap.objects.create(schedule=schedule, owner=person, created_at=NINE, created_by=person)
    SwapLeg.objects.create(swap=swap, starts_at=NINE + HOUR, ends_at=NINE + 9 * HOUR)
    Unavailability.objects.create(
        user=person, starts_at=NINE, ends_at=NINE + 9 * HOUR, created_at=NINE
    )
    plan = PayPlan.objects.create(
        team=team, starts_on=NINE.date() + number * 24 * HOUR, currency="EUR"
    )
    PayRate.objects.create(plan=plan, amount=80)
    policy = APolicy(team=team, steps=[(60, [schedule])])
    PolicyBinding.objects.create(policy=policy, service=incident.service)
    run = Escalation.objects.create(
        incident=incident, generation=1, policy=policy, steps=[], next_due_at=NINE, started_at=NINE
    )
    page = Page.objects.create(
        escalation=run, generation=1, cycle=0, step=0, user=person, created_at=NINE, why="on call"
    )
    delivery = Delivery.objects.create(
        unique_key=f"page:{number}", kind="page", object_id=page.pk, recipient=person, channel="email",
        address=person.email, created_at=NINE, not_before=NINE, expires_at=NINE + HOUR,
    )  # fmt: skip
    DeliveryAttempt.objects.create(
        delivery=delivery, number=1, lease_token=f"{number:032x}", started_at=NINE
    )
    KeptMail.objects.create(
        delivery=delivery, kept_at=NINE, to=person.email, subject="Page", text="Open it"
    )


def _fill_learning(person: User, incident: Incident) -> None:
    postmortem = Postmortem.objects.create(
        incident=incident, playbook=incident.playbook, owner=person, opened_at=NINE
    )
    Section.objects.create(postmortem=postmortem, position=1, key="causes", title="What led to it")
    ActionItem.objects.create(
        incident=incident, postmortem=postmortem, title="Alert earlier", owner=person,
        due_on=NINE.date() - 24 * HOUR, original_due_on=NINE.date(), created_at=NINE,
    )  # fmt: skip


def _fill_public(team: Team, incident: Incident, number: int) -> None:
    page = a_page(slug=f"page-{number}", team=team, is_default=not StatusPage.objects.exists())
    a_component(page, group=a_group(page, "Buying"), service=incident.service)
    PublicIncident.objects.create(
        page=page, incident=incident, name="Payments fail", started_at=NINE, created_at=NINE, updated_at=NINE,
    )  # fmt: skip
    work = Maintenance.objects.create(
        page=page, name="Move", scheduled_for=NINE + HOUR, scheduled_until=NINE + 2 * HOUR, created_at=NINE,
        updated_at=NINE,
    )  # fmt: skip
    work.touched.create(component=page.components.get())
    work.updates.create(number=1, state="scheduled", body="Soon.", display_at=NINE, created_at=NINE)
    Proposal.objects.create(
        page=page, incident=incident, said={"name": "Payments fail", "body": "Some."}, asked_at=NINE,
        asked_by=incident.acknowledged_by or AUser(),
    )  # fmt: skip
    a_subscriber(page, f"kim{number}@example.com")
    Mailing.objects.create(page=page, kind="update", wanted=1, created_at=NINE)
    page.subscriber_lists.create(
        name="list.csv",
        report={"new": 0, "left_out": 0, "lines": [], "unread": []},
        created_at=NINE,
    )
    page.readers.create(email=f"lea{number}@example.com", invited_by=AUser(), invited_at=NINE)


def screens() -> list[Any]:
    """Return every registered screen."""
    return list(admin.site._registry.values())


def row_of(screen: Any, team: Team) -> Any:
    """Return one row of a screen; of those that belong to a team, one of `team`."""
    rows = screen.model._base_manager.order_by("pk")
    return rows.filter(pk=team.pk).first() if screen.model is Team else rows.last()


def url(screen: Any, page: str, *args: object) -> str:
    """Return the address of one page of a screen."""
    return reverse(f"admin:{screen.opts.app_label}_{screen.opts.model_name}_{page}", args=args)


def signed_in(user: User) -> Client:
    """Return a browser of that person."""
    client = Client()
    client.force_login(user)
    return client


__all__ = ["Cast", "cast", "fill", "row_of", "screens", "signed_in", "url"]
