"""The outbox: claimed once, kept, expired, recorded; a fault beside it costs no page."""

from typing import Any

import pytest
from django.db import OperationalError

from notify import actions as notify
from notify.models import Delivery, DeliveryAttempt, KeptMail
from oncall.models import ContactMethod
from tests.factories import NINE
from tests.pager import Pager, a_person, policy, told

pytestmark = pytest.mark.django_db


def outcomes() -> list[str]:
    return list(DeliveryAttempt.objects.order_by("pk").values_list("outcome", flat=True))


def test_without_a_mail_server_mail_is_kept_whole(pager: Pager) -> None:
    policy((300, [a_person("ana")]))

    pager.opens()

    kept = KeptMail.objects.get()
    assert kept.to == "ana@northwind.example"
    assert "/r/" in kept.text
    assert "kept" in Delivery.objects.get().proof


def test_an_address_lost_before_the_send_hurries_the_next_step(pager: Pager) -> None:
    ana, bob = a_person("ana"), a_person("bob")
    policy((3000, [ana]), (3000, [bob]))
    desks, pager.engine.desks = pager.engine.desks, {}
    pager.opens()
    ContactMethod.objects.filter(responder__user=ana).update(disabled_at=NINE)

    pager.engine.desks = desks
    pager.settle()

    assert pager.paged() == ["bob"]
    assert Delivery.objects.earliest("pk").error == "the address is no longer usable"


def test_a_page_that_is_too_old_expires_and_says_so(pager: Pager) -> None:
    policy((300, [a_person("ana")]))
    desks, pager.engine.desks = pager.engine.desks, {}
    incident = pager.opens()
    pager.clock.forward(hours=2)

    pager.engine.desks = desks
    pager.settle()

    assert list(Delivery.objects.order_by("pk").values_list("state", flat=True)) == [
        "expired",
        "sent",
    ]
    assert "did not leave" in told(incident, "unreached")[0]


def test_a_late_record_changes_nothing(pager: Pager) -> None:
    policy((300, [a_person("ana")]))
    pager.engine.desks, desks = {}, pager.engine.desks
    pager.opens()
    (lost,) = notify.claim("email", at=pager.clock.now, limit=8)
    pager.engine.desks = desks
    pager.forward(seconds=15)
    before = list(Delivery.objects.values()), list(DeliveryAttempt.objects.values())

    late = notify.Outcome(lost, error="it failed after all", is_permanent=True)

    assert notify.record(late, at=pager.clock.now) is False
    assert (list(Delivery.objects.values()), list(DeliveryAttempt.objects.values())) == before


def test_nothing_is_claimed_twice_while_its_lease_lasts(pager: Pager) -> None:
    policy((300, [a_person("ana")]))
    pager.engine.desks, desks = {}, pager.engine.desks
    pager.opens()

    first = notify.claim("email", at=pager.clock.now, limit=8)
    second = notify.claim("email", at=pager.clock.now, limit=8)
    none = notify.claim("email", at=pager.clock.now, limit=0)

    pager.engine.desks = desks
    assert (len(first), second, none) == (1, [], [])


def test_a_text_that_can_not_be_written_leaves_as_a_fixed_one(
    pager: Pager, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy((300, [a_person("ana")]))
    monkeypatch.setattr("oncall.actions.texts.facts_of", lambda _: 1 / 0)

    pager.opens()

    assert "its details could not be written" in KeptMail.objects.get().text
    assert Delivery.objects.get().state == "sent"


@pytest.mark.parametrize("broken", ["oncall.actions.unwanted", "oncall.actions.note_sent"])
def test_a_broken_neighbour_neither_holds_a_page_back_nor_repeats_it(
    pager: Pager, monkeypatch: pytest.MonkeyPatch, settings: Any, broken: str
) -> None:
    policy((300, [a_person("ana")]))
    monkeypatch.setattr(broken, lambda *_: 1 / 0)
    settings.EVENT_HANDLERS = {
        **settings.EVENT_HANDLERS,
        "delivery.sent": [type(settings.EVENT_HANDLERS["delivery.sent"][0])(broken, "now")],
    }

    pager.opens()
    pager.forward(seconds=60)

    assert pager.paged() == ["ana"]
    assert Delivery.objects.get().state == "sent"


def test_an_outcome_that_can_not_be_recorded_frees_its_desk_and_ends_no_engine(
    pager: Pager, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy((300, [a_person("ana")]))
    with monkeypatch.context() as patch:
        patch.setattr(notify, "record", lambda *_args, **_more: 1 / 0)
        pager.opens()

    assert pager.engine.desks["email"].free == 8
    pager.forward(seconds=15)
    assert Delivery.objects.get().state == "sent"


def test_what_can_not_be_recorded_now_is_recorded_when_the_database_is_back(
    pager: Pager, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy((300, [a_person("ana")]))

    def away(*_args: object, **_more: object) -> None:
        raise OperationalError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(notify, "record", away)
        with pytest.raises(OperationalError):
            pager.opens()
    pager.settle()

    assert pager.paged() == ["ana"]
    assert outcomes() == ["sent"]
