"""I1 to I12 through store and digest, on real rows: whatever comes in whatever order (integrations 8.3, F19)."""

from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.actions import digest, move, release_held
from incidents.actions.ledger import Ledger
from incidents.models import Alert, AlertKey, Incident, RawEvent
from oncall.models import Escalation
from tests.factories import NINE, ASource, somebody
from tests.incidents.actions.scenes import after, an_alert, arrives, generic, group, takes
from tests.payloads import captured

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped")]

FEW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def runs() -> int:
    """Return how often paging began."""
    return Escalation.objects.count()


def standing(source) -> list[tuple[Any, ...]]:
    """Return what the alerts of a source look like in the end: open episodes, and what may not open again."""
    keys = AlertKey.objects.filter(source=source).order_by("key")
    return [
        (key.key, key.alerts.open().values_list("episode", flat=True).first(),
         "" if key.alerts.open().exists() else key.closed_episode)
        for key in keys
    ]  # fmt: skip


# --- Alertmanager: episodes with a name ---

A1, A1_OVER = an_alert("firing", "08:50:00"), an_alert("resolved", "08:50:00")
A2, A2_OVER = an_alert("firing", "08:55:00"), an_alert("resolved", "08:55:00")
STREAM = (A1, A1_OVER, A2, A2_OVER)


@given(st.data())
@FEW
def test_every_interleaving_of_two_ha_senders_ends_the_same_and_pages_no_episode_twice(
    data,
) -> None:
    source = ASource()
    length = data.draw(st.integers(1, len(STREAM)))
    merged = data.draw(st.permutations([0] * length + [1] * length))
    streams = [iter(STREAM[:length]), iter(STREAM[:length])]
    known = Escalation.objects.count()

    for sender in merged:
        arrives(source, group(next(streams[sender])))
        if data.draw(st.booleans()):
            digest(NINE)
    digest(NINE)

    episodes = {1: "08:50", 2: "08:50", 3: "08:55", 4: "08:55"}[length]
    is_open = length % 2 == 1
    [(_, open_episode, closed)] = standing(source)
    assert (open_episode or closed).startswith(f"2026-11-23T{episodes}")
    assert (open_episode is not None) == is_open
    assert source.incidents.open().count() == int(is_open)
    assert Escalation.objects.count() - known == source.incidents.count() <= (length + 1) // 2
    assert set(source.events.values_list("verdict", flat=True)) <= {
        "applied",
        "duplicate",
        "stale",
        "orphan_resolve",
    }


@given(st.permutations([A1, A1, A1_OVER, A2, A2, A2_OVER]))
@FEW
def test_any_order_of_two_finished_episodes_leaves_nothing_open(order) -> None:
    source = ASource()

    for alert in order:
        arrives(source, group(alert))
        digest(NINE)

    [(_, open_episode, closed)] = standing(source)
    assert open_episode is None
    assert closed.startswith("2026-11-23T08:55")
    assert not source.incidents.open().exists()


@given(st.permutations(range(len(captured(("alertmanager",))))), st.integers(0, 3))
@settings(FEW, max_examples=8)
def test_captured_alertmanager_requests_end_the_same_in_every_order(order, extra) -> None:
    requests = captured(("alertmanager",))
    plain, mixed = ASource(), ASource()

    for request in requests:
        arrives(plain, request.body)
    for place in [*order, *order[:extra]]:
        arrives(mixed, requests[place].body)
    digest(NINE)

    assert standing(plain) == standing(mixed)
    for source in (plain, mixed):
        assert all(
            run.generation == 1 for run in Escalation.objects.filter(incident__source=source)
        )


@given(st.permutations(range(len(captured(("pagerduty",))))))
@settings(FEW, max_examples=3)
def test_captured_pagerduty_requests_twice_are_once(order) -> None:
    requests = captured(("pagerduty",))
    once, doubled = ASource(format="pagerduty"), ASource(format="pagerduty")

    for place in order:
        arrives(once, requests[place].body)
        digest(NINE)
        for _ in range(2):
            arrives(doubled, requests[place].body)
            digest(NINE)

    assert standing(once) == standing(doubled)
    assert once.incidents.count() == doubled.incidents.count()


def test_repeats_page_nobody_and_are_counted() -> None:
    verdicts = takes(ASource(), *[group(A1)] * 10)

    assert verdicts == ["applied", *["duplicate"] * 9]
    assert (Alert.objects.get().count, Incident.objects.count(), runs()) == (10, 1, 1)


def test_a_firing_that_comes_after_its_own_end_is_stale() -> None:
    source = ASource()

    verdicts = takes(source, group(A1), group(A1_OVER), group(A1), group(A1_OVER))

    assert verdicts == ["applied", "applied", "stale", "duplicate"]
    assert (Incident.objects.count(), runs()) == (1, 1)


def test_an_end_that_comes_first_swallows_the_late_firing() -> None:
    assert takes(ASource(), group(A1_OVER), group(A1)) == ["orphan_resolve", "stale"]
    assert not Incident.objects.exists()


def test_an_end_that_is_older_than_the_open_episode_changes_nothing() -> None:
    assert takes(ASource(), group(A2), group(A1_OVER)) == ["applied", "stale"]
    assert Alert.objects.get().state == "firing"


def test_a_newer_firing_supersedes_and_joins_the_open_incident() -> None:
    assert takes(ASource(), group(A1), group(A2)) == ["applied", "applied"]

    assert list(Alert.objects.order_by("pk").values_list("state", flat=True)) == [
        "superseded",
        "firing",
    ]
    assert (Incident.objects.count(), runs()) == (1, 1)


def test_a_new_episode_after_the_end_is_news() -> None:
    takes(ASource(), group(A1), group(A1_OVER), group(A2))

    assert (Incident.objects.count(), runs()) == (2, 2)


def test_an_episode_that_is_over_stays_over_after_one_without_a_name() -> None:
    nameless = {**A1, "startsAt": "when?"}

    verdicts = takes(
        ASource(), group(A2), group(A2_OVER), group(nameless), group({**nameless, "status": "resolved"}), group(A2)
    )  # fmt: skip

    assert verdicts[-1] == "stale"


def test_absence_from_a_group_ends_nothing() -> None:
    other = an_alert("firing", fingerprint="b" * 16)

    takes(ASource(), group(A1, other), group(A1))

    assert Alert.objects.open().count() == 2


def test_a_mixed_payload_is_read_alert_by_alert() -> None:
    other = an_alert("firing", fingerprint="b" * 16)
    source = ASource()

    takes(source, group(A1, other), group(A1_OVER, other))

    assert set(Alert.objects.values_list("state", flat=True)) == {"resolved", "firing"}
    assert Incident.objects.open().count() == 1
    items = RawEvent.objects.latest("pk").items
    assert [item["verdict"] for item in items] == ["applied", "duplicate"]


def test_an_event_says_the_worst_of_its_items() -> None:
    [verdict] = takes(ASource(), group(A1, an_alert("resolved", fingerprint="b" * 16)))

    assert verdict == "orphan_resolve"
    assert Incident.objects.open().count() == 1


def test_a_firing_that_commits_or_is_replayed_late_is_still_news() -> None:
    source = ASource()
    late = arrives(source, group(A2))
    RawEvent.objects.filter(pk=late.event_id).update(verdict="quarantined", processed_at=NINE)
    takes(source, group(A1_OVER))
    RawEvent.objects.filter(pk=late.event_id).update(verdict="pending", processed_at=None)

    digest(NINE)

    assert RawEvent.objects.get(pk=late.event_id).verdict == "applied"
    assert (Incident.objects.open().count(), runs()) == (1, 1)


# --- Without names: arrival decides ---


@pytest.mark.parametrize("order", list(permutations(["trigger", "acknowledge", "resolve"])))
def test_fire_acknowledge_resolve_in_any_order(order: tuple[str, ...]) -> None:
    takes(ASource(format="generic"), *map(generic, order))

    fires = order.index("trigger") > order.index("resolve")
    assert Alert.objects.open().count() == Incident.objects.open().count() == int(fires)
    assert runs() == Incident.objects.count()


def test_what_the_verdicts_are() -> None:
    acts = ("resolve", "acknowledge", "trigger", "trigger", "acknowledge", "resolve", "resolve")

    verdicts = takes(ASource(format="generic"), *map(generic, acts))

    assert verdicts == [
        "orphan_resolve",
        "ignored",
        "applied",
        "duplicate",
        "applied",
        "applied",
        "duplicate",
    ]
    assert Incident.objects.get().state == "resolved"


def test_an_acknowledge_that_commits_first_does_not_swallow_its_trigger() -> None:
    source = ASource(format="generic")
    late = arrives(source, generic("trigger"))
    RawEvent.objects.filter(pk=late.event_id).update(verdict="ignored", processed_at=NINE)
    takes(source, generic("acknowledge"))
    RawEvent.objects.filter(pk=late.event_id).update(verdict="pending", processed_at=None)

    digest(NINE)

    assert (Incident.objects.open().count(), runs()) == (1, 1)


def test_a_trigger_soon_after_its_end_is_held_and_pages_when_the_time_is_over() -> None:
    source = ASource(format="generic")
    takes(source, generic("trigger"), generic("resolve"))

    takes(source, generic("trigger"), at=after(seconds=30))
    assert (Incident.objects.count(), runs(), release_held(after(seconds=59))) == (1, 1, 0)

    assert release_held(after(seconds=60)) == 1
    assert (Incident.objects.open().count(), runs()) == (1, 2)
    assert release_held(after(seconds=60)) == 0
    assert Alert.objects.open().get().incident == Incident.objects.open().get()
    takes(source, generic("resolve"), at=after(seconds=90))
    assert not Incident.objects.open().exists()


def test_what_ended_again_while_held_pages_nobody() -> None:
    source = ASource(format="generic")
    takes(source, generic("trigger"), generic("resolve"))
    takes(source, generic("trigger"), at=after(seconds=20))
    takes(source, generic("resolve"), at=after(seconds=40))

    assert release_held(after(seconds=60)) == 0
    assert (Incident.objects.count(), runs()) == (1, 1)


@pytest.mark.parametrize("broken", [0, 1])
def test_a_hold_down_that_can_not_end_keeps_no_other_source_from_paging(
    monkeypatch: pytest.MonkeyPatch, broken: int
) -> None:
    sources = [ASource(format="generic"), ASource(format="generic")]
    for source in sources:
        takes(source, generic("trigger"), generic("resolve"), generic("trigger"))
    release, victim = Ledger.release, sources[broken]

    def fragile(ledger: Ledger, alert: Alert) -> None:
        if alert.source_id == victim.pk:
            raise ValueError("poison")
        release(ledger, alert)

    monkeypatch.setattr(Ledger, "release", fragile)

    assert release_held(after(seconds=60)) == 1
    assert list(Incident.objects.open().values_list("source", flat=True)) == [
        sources[1 - broken].pk
    ]
    assert victim.alerts.open().get().held_until is not None


def test_a_flapping_alert_is_not_held_for_ever() -> None:
    source = ASource(format="generic")
    takes(source, generic("trigger"), generic("resolve"))

    for second in range(10, 90, 20):
        takes(source, generic("trigger"), at=after(seconds=second))
        release_held(after(seconds=second))
        takes(source, generic("resolve"), at=after(seconds=second + 10))

    assert (Incident.objects.count(), runs()) == (2, 2)


def test_a_source_without_hold_down_pages_at_once() -> None:
    source = ASource(format="generic", hold_down_s=0)

    takes(source, generic("trigger"), generic("resolve"), generic("trigger"))

    assert (Incident.objects.count(), runs()) == (2, 2)


def test_a_worse_alert_that_comes_back_within_the_hold_down_raises_the_open_incident() -> None:
    source = ASource(format="generic")
    takes(source, generic("trigger", severity="warning"))
    incident = Incident.objects.get()
    move(incident.pk, "investigate", by=somebody(), at=NINE)
    takes(source, generic("resolve"))

    takes(source, generic("trigger", severity="critical"), at=after(seconds=10))

    assert Incident.objects.get().rank == 1
    assert incident.timeline.filter(kind="severity").exists()


@pytest.mark.parametrize("verb", ["resolve", "mark_false_alarm", "cancel"])
def test_what_a_person_ended_is_news_when_it_fires_again(verb: str) -> None:
    source = ASource(format="generic")
    takes(source, generic("trigger"))
    move(Incident.objects.get().pk, verb, by=somebody(), at=after(seconds=1))
    assert not Alert.objects.open().exists()

    takes(source, generic("trigger"), at=after(seconds=2))

    assert (Incident.objects.open().count(), runs()) == (1, 2)


def test_what_a_person_ended_stays_quiet_while_the_same_episode_repeats() -> None:
    source = ASource()
    takes(source, group(A1))
    move(Incident.objects.get().pk, "resolve", by=somebody(), at=NINE)

    takes(source, group(A1), group({**A1, "labels": {**A1["labels"], "severity": "critical"}}))
    assert (Incident.objects.count(), runs()) == (1, 1)

    takes(source, group(A2))
    assert (Incident.objects.open().count(), runs()) == (1, 2)


def test_digesting_twice_changes_nothing() -> None:
    takes(ASource(), group(A1))
    before = [list(model.objects.values()) for model in (Alert, Incident, Escalation, RawEvent)]

    assert digest(after(seconds=1)) == release_held(after(seconds=1)) == 0

    assert [
        list(model.objects.values()) for model in (Alert, Incident, Escalation, RawEvent)
    ] == before


@given(
    st.lists(
        st.tuples(st.sampled_from(["trigger", "resolve", "acknowledge"]), st.integers(0, 50)),
        max_size=8,
    )
)
@FEW
def test_nothing_that_fires_is_silent_once_the_hold_down_is_over(stream) -> None:
    source, at = ASource(format="generic"), NINE
    for action, seconds in stream:
        at = _later(at, seconds)
        takes(source, generic(action), at=at)
        release_held(at)
    release_held(_later(at, 60))

    for alert in source.alerts.open():
        assert alert.incident is not None
        assert alert.incident.is_live
    for incident in source.incidents.open():
        assert incident.escalations.exists()
    assert source.alerts.open().count() <= 1


def _later(at: datetime, seconds: int) -> datetime:
    return at + timedelta(seconds=seconds)
