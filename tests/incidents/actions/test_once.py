"""A form that is sent twice at the same moment declares once; two bulk orders at once leave no half."""

import pytest

from core.errors import NotPossible
from core.models import KeptAnswer
from incidents.actions.bulk import do_all, seen_of
from incidents.actions.once import Outcome, declare_once
from incidents.actions.opening import Declaration
from incidents.actions.perform import Order
from incidents.models import Incident, TransitionLog
from tests.factories import NINE, AnIncident, AService, somebody
from tests.incidents.actions.test_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shipped")]


def test_a_double_click_declares_one_incident() -> None:
    ines = somebody()
    asked = Declaration("Card payments fail", AService(), 1)

    found = at_once(*[lambda: declare_once(asked, "t" * 32, by=ines, at=NINE)] * 2)

    outcomes = [one for one in found if isinstance(one, Outcome)]
    assert sorted(one.is_new for one in outcomes) == [False, True]
    assert {one.incident.pk for one in outcomes} == {Incident.objects.get().pk}
    assert KeptAnswer.objects.count() == 1


def test_of_two_bulk_orders_at_once_one_is_done_whole_and_the_other_not_at_all() -> None:
    rows = [AnIncident(), AnIncident(), AnIncident()]
    seen = {row.pk: seen_of(row) for row in rows}
    orders = [(Order("resolve"), somebody()), (Order("mark_false_alarm"), somebody())]

    def press(order: Order, by: object) -> object:
        try:
            return do_all(seen, order, by=by, at=NINE)
        except NotPossible as refusal:
            return refusal

    found = at_once(*[lambda order=order, by=by: press(order, by) for order, by in orders])

    assert sorted(isinstance(one, NotPossible) for one in found) == [False, True]
    assert len(set(Incident.objects.values_list("state", flat=True))) == 1
    assert TransitionLog.objects.count() == 3
