"""The demo's history holds what the engine would have left behind: runs, pages, proven mails."""

from datetime import timedelta

import pytest

from incidents.models import Incident
from notify.models import Delivery
from oncall.actions.escalate import tell_person
from oncall.demo.proof import add_proof
from oncall.demo.teller import MUTED
from oncall.models import ContactMethod, Escalation, PolicyBinding
from tests.factories import (
    NINE,
    AnIncident,
    APolicy,
    AResponder,
    ASchedule,
    AService,
    ASource,
    AUser,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
MINUTE = timedelta(minutes=1)
LATER = NINE + timedelta(hours=1)


def answered(after: timedelta | None) -> Incident:
    """Return a muted incident of a policy of two steps, a minute and an hour long."""
    holder, second = AUser(username="jonas"), AUser(username="mara")
    for user in (holder, second, AUser(username="last")):
        AResponder(user=user)
    service = AService()
    steps = [(60, [ASchedule(people=[AUser()], name="Payments")]), (3600, [second])]
    PolicyBinding.objects.create(policy=APolicy(steps=steps), service=service)
    incident = AnIncident(
        service=service, source=ASource(service=service), acknowledged=after is not None, unpaged_reason=MUTED,
        acknowledged_by=holder if after is not None else None,
    )  # fmt: skip
    if after is not None:
        Incident.objects.filter(pk=incident.pk).update(acknowledged_at=incident.opened_at + after)
    return incident


def test_who_acknowledged_was_paged_before_and_the_mail_is_proven() -> None:
    incident = answered(MINUTE / 2)

    add_proof(LATER)

    run = Escalation.objects.get(incident=incident)
    page = run.pages.get()
    mail = Delivery.objects.get(kind="page", object_id=page.pk)
    assert (page.user.username, page.why) == ("jonas", "on call by Payments")
    assert run.started_at == page.created_at < mail.sent_at < run.stopped_at
    assert (mail.state, mail.tries.get().outcome) == ("sent", "sent")
    assert incident.timeline.get(kind="page").data["page"] == page.pk
    assert incident.milestones.get(kind="paged").at == run.started_at
    assert not Incident.objects.get(pk=incident.pk).unpaged_reason


def test_who_waited_for_the_second_step_paged_both() -> None:
    incident = answered(3 * MINUTE)

    add_proof(LATER)

    found = Escalation.objects.get(incident=incident).pages.order_by("step")
    assert [(row.step, row.created_at) for row in found] == [
        (0, incident.opened_at), (1, incident.opened_at + MINUTE),
    ]  # fmt: skip
    assert found[1].user.username == "mara"


def test_what_nobody_has_stays_unpaged_and_says_so() -> None:
    incident = answered(None)

    add_proof(LATER)

    assert Incident.objects.get(pk=incident.pk).unpaged_reason == MUTED
    assert not Escalation.objects.exists()
    assert set(Delivery.objects.values_list("kind", "state")) == {("test", "sent")}
    assert ContactMethod.objects.filter(last_ok_at=None).count() == 1


def test_old_news_of_the_history_has_left_long_ago() -> None:
    reader = AUser(email="reader@example.org")
    tell_person(reader.pk, "command", 1, "1", NINE)

    add_proof(LATER)

    told = Delivery.objects.get(kind="command")
    assert (told.state, told.address) == (Delivery.State.SENT, "reader@example.org")
    assert told.tries.count() == 1
