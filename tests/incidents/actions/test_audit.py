"""Invariant 10: state history is a legal path without holes; what goes round the machine is named."""

from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command

from incidents.actions import audit, move
from incidents.models import Incident, TransitionLog
from tests.factories import NINE, AnIncident, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped")]


@pytest.fixture
def incident() -> Incident:
    made, by = AnIncident(declared=True), somebody()
    for verb in ("acknowledge", "investigate", "resolve"):
        move(made.pk, verb, by=by, at=NINE)
    return made


def test_an_honest_history_is_whole(incident: Incident, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_audit")

    assert "whole" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        (lambda log: log.filter(number=2).delete(), "gaps"),
        (lambda log: log.filter(number=2).update(verb="close"), "step 2, close, does not lead"),
        (lambda log: log.filter(number=3).update(from_state="monitoring"), "step 3"),
        (lambda log: Incident.objects.update(state="closed"), "it stands closed"),
    ],
)
def test_what_goes_round_the_machine_is_named(
    incident: Incident, tamper: Callable[[object], object], told: str
) -> None:
    tamper(TransitionLog.objects.filter(incident=incident))

    (fault,) = audit.faults()

    assert fault.startswith(incident.label)
    assert told in fault
    with pytest.raises(CommandError, match="1 faults"):
        call_command("verify_audit")
