"""Several at once: one step wins, the other is told, nothing is written twice (AC-C8)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import Error as DatabaseError
from django.db import connection
from django.db.models import Q

from core.actor import Actor
from core.errors import IllegalTransition, NotPossible
from incidents.actions import digest, merging, move
from incidents.actions.book import Book
from incidents.actions.bulk import do_all, seen_of
from incidents.actions.perform import Order
from incidents.models import Alert, AlertKey, Incident, TransitionLog
from oncall.models import Escalation
from tests.factories import NINE, AnIncident, ASource, somebody
from tests.incidents.actions.scenes import after, an_alert, arrives, generic, group, takes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shipped")]


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """Run these at the same moment, each on a connection of its own; return results and refusals."""
    start = Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> object:
        start.wait(10)
        try:
            return deed()
        except IllegalTransition as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def test_of_two_who_acknowledge_at_once_one_has_it() -> None:
    incident, ana, bob = AnIncident(), somebody(), somebody()

    found = at_once(*[
        lambda by=by: move(incident.pk, "acknowledge", by=by, at=NINE) for by in (ana, bob)
    ])  # fmt: skip

    assert sorted(isinstance(one, IllegalTransition) for one in found) == [False, True]
    assert (TransitionLog.objects.count(), incident.timeline.count()) == (1, 1)


def test_two_engines_digest_every_event_once() -> None:
    for _ in range(3):
        source = ASource()
        for number in range(4):
            arrives(source, group(an_alert("firing", fingerprint=f"{number:016x}")))

    counts = at_once(*[lambda: digest(NINE)] * 2)
    digest(NINE)

    assert sum(map(int, counts)) <= 12
    assert (Alert.objects.count(), Incident.objects.count(), Escalation.objects.count()) == (
        12,
        3,
        3,
    )


def test_a_hold_down_that_a_person_ended_meanwhile_does_not_come_back() -> None:
    source, by = ASource(format="generic"), somebody()
    takes(source, generic("trigger"), generic("resolve"))
    takes(source, generic("trigger"), at=after(seconds=61))
    arrives(source, generic("trigger"), at=after(seconds=62))
    incident = Incident.objects.open().get()
    AlertKey.objects.update(resolved_at=after(seconds=61))
    locked = Book._keep

    def meanwhile(book: Book, which: Q) -> None:
        """Stand in for the wait for the lock: a person ends the incident just before it is granted."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Book, "_keep", locked)
            if Incident.objects.open().exists():
                move(incident.pk, "mark_false_alarm", by=by, at=after(seconds=62))
            locked(book, which)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Book, "_keep", meanwhile)
        digest(after(seconds=62))

    assert Alert.objects.filter(held_until__isnull=False).count() == 0
    assert Incident.objects.open().count() == 1


def test_two_merges_across_each_other_never_make_a_circle() -> None:
    one, two, by = AnIncident(), AnIncident(), somebody()

    at_once(
        lambda: _merge(one.pk, two.pk, by),
        lambda: _merge(two.pk, one.pk, by),
    )

    assert Incident.objects.filter(state="merged").count() == Incident.objects.open().count() == 1


@pytest.mark.parametrize("_", range(6))
def test_merges_in_every_direction_wait_for_one_another_and_never_for_ever(_: int) -> None:
    by = somebody()
    pks = [AnIncident().pk for _ in range(4)]
    pairs = [(0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 3), (3, 1)]

    found = at_once(
        *[lambda a=a, b=b: _merge(pks[a], pks[b], by) for a, b in pairs],  # type: ignore[misc]
        lambda: _merge_all(pks[:3], pks[3], by),
    )

    assert not [one for one in found if isinstance(one, DatabaseError)]
    assert Incident.objects.open().exists()


def _merge_all(ids: list[int], into: int, by: Actor) -> object:
    seen = {pk: seen_of(Incident.objects.get(pk=pk)) for pk in ids}
    try:
        return do_all(seen, Order("merge", into=into), by=by, at=NINE)
    except Exception as refusal:  # noqa: BLE001  a refusal of any kind; what counts is the end
        return refusal


def test_who_merges_into_what_was_merged_into_another_merges_into_that() -> None:
    first, second, third, by = AnIncident(), AnIncident(), AnIncident(), somebody()
    move(second.pk, "merge", by=by, at=NINE, into=third.pk)

    assert move(first.pk, "merge", by=by, at=NINE, into=second.pk).merged_into_id == third.pk


def test_what_was_merged_at_the_very_moment_is_looked_at_again() -> None:
    first, second, third, by = AnIncident(), AnIncident(), AnIncident(), somebody()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merging, "chain", lambda into: [into])
        move(second.pk, "merge", by=by, at=NINE, into=third.pk)
        with pytest.raises(NotPossible) as refused:
            move(first.pk, "merge", by=by, at=NINE, into=second.pk)

    assert refused.value.code == "overtaken"


def _merge(incident_id: int, into: int, by: object) -> object:
    try:
        return move(incident_id, "merge", by=by, at=NINE, into=into)
    except Exception as refusal:  # noqa: BLE001  a refusal of any kind; what counts is the end
        return refusal
