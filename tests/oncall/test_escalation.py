"""Who is paged, when, until they answer (areas/oncall.md, cases 28 to 39)."""

import pytest
from django.db import transaction

from core.actor import person
from core.models import User
from incidents import actions as incidents
from incidents.actions import opening
from incidents.models import Incident
from notify.models import Delivery, KeptMail
from oncall.actions import advance
from oncall.models import (
    ContactMethod,
    EscalationPolicy,
    Layer,
    Page,
    PolicyBinding,
    RotationSlot,
    RotationVersion,
)
from tests.factories import (
    IMPORT,
    NINE,
    AnIncident,
    APolicy,
    ASchedule,
    AService,
    AUser,
    somebody,
)
from tests.pager import Pager, a_person, policy, run_of, told

pytestmark = pytest.mark.django_db


def minutes_of(name: str) -> list[int]:
    pages = Page.objects.filter(user__username=name, unsent_reason="").order_by("created_at")
    return [int((page.created_at - NINE).total_seconds() // 60) for page in pages]


def test_case_28_steps_repeat_until_somebody_acknowledges(pager: Pager) -> None:
    policy((300, [a_person("ana")]), (600, [a_person("bob")]))
    pager.opens()

    pager.minutes(46)

    assert minutes_of("ana") == [0, 15, 30, 45]
    assert minutes_of("bob") == [5, 20, 35]


def test_case_29_an_acknowledgement_before_the_step_pages_nobody_else(pager: Pager) -> None:
    policy((300, [a_person("ana")]), (300, [a_person("bob")]))
    incident = pager.opens()
    pager.forward(minutes=4, seconds=59)

    incidents.move(incident.pk, "acknowledge", by=somebody(), at=pager.clock.now)
    pager.minutes(30)

    assert pager.paged() == ["ana"]
    assert run_of(incident).stop_reason == "somebody has it, or it is over"


def test_an_acknowledgement_calls_off_pages_that_have_not_left(pager: Pager) -> None:
    policy((300, [a_person("ana")]))
    pager.engine.desks.clear()
    incident = pager.opens()

    incidents.move(incident.pk, "acknowledge", by=somebody(), at=pager.clock.now)

    assert Delivery.objects.get().state == "suppressed"
    assert not Page.objects.filter(created_at__gt=pager.clock.now).exists()


def test_case_32_an_empty_step_goes_on_at_once(pager: Pager) -> None:
    policy((300, [ASchedule(people=[])]), (300, [a_person("bob")]))

    incident = pager.opens()

    assert pager.paged() == ["bob"]
    assert told(incident, "unreached") == ["Step 1 reached nobody"]
    assert run_of(incident).unreached_at is None


def test_r130_the_backup_of_a_schedule_is_paged_when_the_first_does_not_answer(
    pager: Pager,
) -> None:
    ana, bob, sam = a_person("ana"), a_person("bob"), a_person("sam")
    schedule = ASchedule(people=[ana])
    for seat, user in (("secondary", bob), ("shadow", sam)):
        layer = Layer.objects.create(schedule=schedule, name=seat)
        version = RotationVersion.objects.create(
            layer=layer, anchor_local="2026-01-05T09:00", seat=seat
        )
        RotationSlot.objects.create(version=version, position=0, user=user)
    steps = policy((300, [schedule]), (300, [schedule]))
    steps.steps.filter(position=2).update(seat="secondary")

    pager.opens()
    pager.forward(minutes=5)

    assert pager.paged() == ["ana", "bob"]


def test_a_person_without_a_verified_address_is_named_and_the_step_goes_on(pager: Pager) -> None:
    ana, bob = a_person("ana"), a_person("bob")
    ContactMethod.objects.filter(responder__user=ana).update(verified_at=None)
    policy((300, [ana]), (300, [bob]))

    incident = pager.opens()

    assert pager.paged() == ["bob"]
    assert "Did not page ana: has no verified address (step 1)" in told(incident, "page")


@pytest.mark.parametrize("trouble", ["deactivated", "disabled", "not a responder any more"])
def test_a_person_who_can_not_be_reached_is_passed_over(pager: Pager, trouble: str) -> None:
    ana, bob = a_person("ana"), a_person("bob")
    policy((300, [ASchedule(people=[ana])]), (300, [bob]))
    if trouble == "deactivated":
        ana.is_active = False
        ana.save()
    elif trouble == "disabled":
        ContactMethod.objects.filter(responder__user=ana).update(disabled_at=NINE)
    else:
        ana.responder.is_active = False
        ana.responder.save()

    pager.opens()

    assert pager.paged() == ["bob"]


@pytest.mark.parametrize(
    ("fallback", "expected"),
    [("eve", ["eve"]), (None, ["root", "ruth"]), ("mute", ["root", "ruth"])],
)
def test_where_every_step_is_empty_the_fallback_is_paged_else_the_administrators(
    pager: Pager, fallback: str | None, expected: list[str]
) -> None:
    a_person("root", user__group="Administrator"), a_person("ruth", user__group="Administrator")
    people = {"eve": a_person("eve"), "mute": AUser(username="mute")}
    policy((300, [ASchedule(people=[])]), (300, []), fallback=people.get(fallback or ""))

    incident = pager.opens()

    assert pager.paged() == expected
    assert run_of(incident).unreached_at == NINE
    assert told(incident, "unreached")[-1].startswith("Nobody on this policy could be reached; ")


def test_a_policy_without_steps_or_none_at_all_pages_the_administrators(pager: Pager) -> None:
    a_person("root", user__group="Administrator")

    pager.opens()
    APolicy(steps=[], default=True)
    pager.opens()

    assert pager.paged() == ["root", "root"]


def test_where_nobody_at_all_can_be_reached_it_says_so_and_tries_again(pager: Pager) -> None:
    policy((300, []))

    incident = pager.opens()

    assert told(incident, "unreached")[-1].endswith("no Administrator either: call somebody")
    a_person("root", user__group="Administrator")
    pager.forward(minutes=5)
    assert pager.paged() == ["root"]


def test_the_fallback_is_repeated_every_five_minutes_and_never_faster(pager: Pager) -> None:
    a_person("root", user__group="Administrator")
    policy((10, []), (10, []))
    pager.opens()

    pager.minutes(20)

    assert pager.paged() == ["root"] * 5


def test_when_all_messages_of_a_round_end_at_once_the_fallback_is_paged_once_and_now(
    pager: Pager,
) -> None:
    root = a_person("root")
    people = [a_person("ana"), a_person("bob")]
    policy((600, people), fallback=root)
    for one in people:
        other = f"{one.username}.other@n.example"
        ContactMethod.objects.create(responder=one.responder, channel="email", address=other, verified_at=NINE)  # fmt: skip
    incident = AnIncident.build(service=AService())
    with transaction.atomic():
        opening.open_all([incident], by=IMPORT, at=NINE)
    advance(NINE)
    User.objects.filter(username__in=["ana", "bob"]).update(is_active=False)

    pager.settle()

    assert pager.paged() == ["root"]
    assert Page.objects.filter(is_fallback=True).count() == 1
    assert len([one for one in told(incident, "unreached") if "did not leave" in one]) == 4


def test_a_shift_that_begins_after_the_fallback_pages_its_person(pager: Pager) -> None:
    root = a_person("root", user__group="Administrator")
    schedule = ASchedule(people=[])
    policy((300, [schedule]))
    pager.opens()

    version = RotationVersion.objects.get()
    RotationSlot.objects.create(version=version, position=0, user=root)
    pager.forward(minutes=5)

    assert pager.paged() == ["root", "root"]
    assert [page.is_fallback for page in Page.objects.order_by("pk")] == [True, False]


def test_a_schedule_that_can_not_be_read_counts_as_empty(pager: Pager) -> None:
    schedule = ASchedule(people=[a_person("ana")])
    policy((300, [schedule]), (300, [a_person("bob")]))
    RotationVersion.objects.update(anchor_local="garbage")

    incident = pager.opens()

    assert pager.paged() == ["bob"]
    assert "Step 1 reached nobody" in told(incident, "unreached")


def test_case_38_a_running_escalation_keeps_its_steps_but_asks_the_schedule_anew(
    pager: Pager,
) -> None:
    ana, bob, eve = a_person("ana"), a_person("bob"), a_person("eve")
    schedule = ASchedule(people=[bob])
    running = policy((300, [ana]), (300, [schedule]))
    pager.opens()

    running.steps.all().delete()
    PolicyBinding.objects.all().delete()
    EscalationPolicy.objects.all().delete()
    RotationSlot.objects.update(user=eve)
    pager.forward(minutes=5)

    assert pager.paged() == ["ana", "eve"]


def test_a_schedule_deleted_mid_flight_is_an_empty_step(pager: Pager) -> None:
    a_person("root", user__group="Administrator")
    schedule = ASchedule(people=[a_person("bob")])
    running = policy((300, [a_person("ana")]), (300, [schedule]))
    pager.opens()

    running.steps.all().delete()
    schedule.delete()
    pager.forward(minutes=5)

    assert pager.paged() == ["ana", "ana"]


def test_a_day_of_downtime_is_one_step(pager: Pager) -> None:
    policy((300, [a_person("ana")]), (300, [a_person("bob")]))
    incident = pager.opens()

    pager.forward(hours=24)

    assert pager.paged() == ["ana", "bob"]
    assert (run_of(incident).next_due_at - pager.clock.now).total_seconds() == 300


def test_the_same_tick_twice_changes_nothing(pager: Pager) -> None:
    policy((300, [a_person("ana")]))
    pager.opens()

    for _ in range(5):
        pager.settle()

    assert pager.paged() == ["ana"]


def test_the_declarer_is_not_paged_for_what_they_just_did(pager: Pager) -> None:
    ana, bob = a_person("ana"), a_person("bob")
    policy((300, [ana, bob]), (300, [ana]))
    service = AService()

    incidents.declare(title="Checkout", service=service, rank=1, by=person(ana), at=NINE)
    pager.settle()
    pager.forward(minutes=5)

    assert pager.paged() == ["bob"]
    pager.forward(minutes=5)
    assert pager.paged() == ["bob", "ana", "bob"]


def test_who_raises_the_severity_is_not_paged_for_it(pager: Pager) -> None:
    ana, bob = a_person("ana"), a_person("bob")
    policy((300, [ana, bob]))
    incident = pager.opens(rank=3)
    pager.forward(minutes=1)

    incidents.change_severity(
        incident.pk, 1, reason="all cards fail", by=person(ana), at=pager.clock.now
    )
    pager.settle()

    assert sorted(pager.paged()) == ["ana", "bob", "bob"]


def test_case_37_a_raised_severity_begins_anew_and_calls_off_what_waits(pager: Pager) -> None:
    policy((300, [a_person("ana")]), (300, [a_person("bob")]))
    incident = pager.opens(rank=3)
    pager.forward(minutes=5)

    incidents.change_severity(incident.pk, 1, reason="worse", by=somebody(), at=pager.clock.now)
    pager.settle()

    assert pager.paged() == ["ana", "bob", "ana"]
    assert run_of(incident).generation == 2
    assert incident.escalations.filter(state="waiting").count() == 1


def test_the_holder_is_told_each_time_that_the_severity_rises(pager: Pager) -> None:
    ana = a_person("ana")
    policy((300, [ana]))
    incident = pager.opens(rank=3)
    incidents.move(incident.pk, "acknowledge", by=person(ana), at=pager.clock.now)
    boss = somebody()

    for rank in (2, 3, 2):
        pager.clock.forward(seconds=1)
        incidents.change_severity(incident.pk, rank, reason="so", by=boss, at=pager.clock.now)
    pager.settle()

    assert pager.paged("severity") == ["ana", "ana"]
    assert pager.paged() == ["ana"]


def test_rank_four_pages_nobody_until_it_rises(pager: Pager) -> None:
    policy((300, [a_person("ana")]))
    incident = pager.opens(rank=4)
    assert pager.paged() == []

    incidents.change_severity(incident.pk, 2, reason="worse", by=somebody(), at=pager.clock.now)
    pager.settle()

    assert pager.paged() == ["ana"]


def test_a_service_with_its_own_policy_does_not_use_the_default(pager: Pager) -> None:
    policy((300, [a_person("ana")]))
    own, service = APolicy(steps=[(300, [a_person("bob")])]), AService()
    PolicyBinding.objects.create(service=service, policy=own)

    pager.opens(service=service)

    assert pager.paged() == ["bob"]


def test_one_broken_run_holds_no_other(pager: Pager, caplog: pytest.LogCaptureFixture) -> None:
    policy((300, [a_person("ana")]))
    broken, healthy = pager.opens(), pager.opens(rank=3)
    run = run_of(broken)
    run.steps = [{"nonsense": True}]
    run.save()

    pager.forward(minutes=5)

    assert len(pager.paged()) == 3
    assert run_of(healthy).cycle == 2
    assert "can't be advanced" in caplog.text


def test_who_reopens_has_it_and_who_had_or_commands_it_is_told_once(pager: Pager) -> None:
    ana, bob, cyd = (a_person(name) for name in ("ana", "bob", "cyd"))
    policy((300, [ana]))
    incident = pager.opens()
    for verb in ("acknowledge", "resolve"):
        incidents.move(incident.pk, verb, by=person(ana), at=pager.clock.now)
    incident.refresh_from_db(fields=["acknowledged_at"])
    answered_at = incident.acknowledged_at
    reason = "It fails again in Oslo"

    pager.clock.forward(minutes=9)
    incidents.move(incident.pk, "reopen", by=person(bob), at=pager.clock.now, reason=reason)
    pager.settle()

    now = Incident.objects.get(pk=incident.pk)
    assert (now.acknowledged_by, now.acknowledged_at) == (bob, answered_at)
    assert pager.paged("reopened") == ["ana"]
    mail = KeptMail.objects.get(delivery__kind="reopened")
    assert mail.subject == f"{incident.label} was reopened"
    assert "bob has it now; nobody is paged" in mail.text

    incidents.take_command(incident.pk, by=person(cyd), at=pager.clock.now)
    incidents.move(incident.pk, "resolve", by=person(bob), at=pager.clock.now)
    incidents.move(incident.pk, "reopen", by=person(bob), at=pager.clock.now, reason=reason)
    pager.settle()

    assert pager.paged("reopened") == ["ana", "cyd"]
