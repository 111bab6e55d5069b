"""Components by hand, and corrections of the ledger."""

import pytest
from django.db import IntegrityError, transaction

from core.actor import person
from core.errors import Invalid, NotAllowed, NotFound, NotPossible
from statuspage.actions import correct_interval, set_component
from statuspage.actions.picture import take
from statuspage.models import Component, ComponentInterval, Snapshot
from statuspage.rules.uptime import uptime
from tests.factories import NINE, AUser, somebody
from tests.statuspage.scenes import MINUTE, a_component, a_page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def payments() -> Component:
    """Give a component that stands alone on the default page."""
    return a_component(a_page())


def figure(component: Component, hours: int = 1) -> str | None:
    spans = take(component.page, NINE + 60 * MINUTE).spans.get(component.pk, ())
    return uptime(spans, NINE, NINE + hours * 60 * MINUTE)


def test_a_component_set_by_hand_is_shown_at_once(payments: Component) -> None:
    set_component(payments.public_id, "major_outage", by=somebody(), at=NINE)

    assert b"Major outage in Payments" in bytes(Snapshot.objects.get(resource="/").fresh)
    assert payments.intervals.get().state == "major_outage"


def test_a_viewer_sets_nothing(payments: Component) -> None:
    with pytest.raises(NotAllowed):
        set_component(payments.public_id, "major_outage", by=person(AUser(group="Viewer")), at=NINE)


def test_an_unknown_component_or_state_is_refused(payments: Component) -> None:
    with pytest.raises(NotFound):
        set_component("nothinghere1", "major_outage", by=somebody(), at=NINE)
    with pytest.raises(Invalid, match="full_outage"):
        set_component(payments.public_id, "full_outage", by=somebody(), at=NINE)


def test_a_correction_gives_a_new_figure_and_keeps_what_was_said_u15(payments: Component) -> None:
    by = somebody("Administrator")
    set_component(payments.public_id, "major_outage", by=by, at=NINE)
    set_component(payments.public_id, "operational", by=by, at=NINE + 30 * MINUTE)
    assert figure(payments) == "50.00"

    former = ComponentInterval.objects.get()
    made = correct_interval(
        former.pk,
        "partial_outage",
        reason="half of the cards went through",
        by=by,
        at=NINE + 60 * MINUTE,
    )

    assert figure(payments) == "85.00"
    former.refresh_from_db()
    assert (former.state, former.is_corrected) == ("major_outage", True)
    assert (made.corrects_id, made.corrected_by, made.corrected_at) == (
        former.pk,
        by.user,
        NINE + 60 * MINUTE,
    )


def test_only_what_has_ended_and_once_is_corrected_and_with_a_reason(payments: Component) -> None:
    by = somebody("Administrator")
    set_component(payments.public_id, "major_outage", by=by, at=NINE)
    open_one = ComponentInterval.objects.get()

    with pytest.raises(NotPossible):
        correct_interval(open_one.pk, "partial_outage", reason="a good reason", by=by, at=NINE)
    set_component(payments.public_id, "operational", by=by, at=NINE + MINUTE)
    with pytest.raises(Invalid, match="reason"):
        correct_interval(open_one.pk, "partial_outage", reason="short", by=by, at=NINE)
    correct_interval(open_one.pk, "operational", reason="it was a false alarm", by=by, at=NINE)
    with pytest.raises(NotPossible):
        correct_interval(open_one.pk, "partial_outage", reason="a good reason", by=by, at=NINE)
    assert figure(payments) == "100.00"


def test_the_past_is_corrected_by_those_whose_page_it_is(payments: Component) -> None:
    set_component(payments.public_id, "major_outage", by=somebody(), at=NINE)
    set_component(payments.public_id, "operational", by=somebody(), at=NINE + MINUTE)
    pk = ComponentInterval.objects.get().pk

    with pytest.raises(NotAllowed):
        correct_interval(pk, "partial_outage", reason="a good reason", by=somebody(), at=NINE)
    manager = person(AUser(manages=payments.page.team))
    correct_interval(pk, "partial_outage", reason="a good reason", by=manager, at=NINE)
    with pytest.raises(NotFound):
        correct_interval(10**9, "partial_outage", reason="a good reason", by=manager, at=NINE)


def test_the_database_allows_one_open_interval_per_component(payments: Component) -> None:
    ComponentInterval.objects.create(component=payments, state="major_outage", from_at=NINE)

    with pytest.raises(IntegrityError), transaction.atomic():
        ComponentInterval.objects.create(component=payments, state="partial_outage", from_at=NINE)
