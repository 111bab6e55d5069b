"""Load the whole demo in one transaction, once."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from core import first_start
from core.errors import NotPossible
from core.models import LateCall, User
from incidents.actions import catalog, playbooks
from incidents.models import PlaybookVersion
from oncall.demo import company, door, paging, pay, proof, year
from oncall.demo.company import Built
from oncall.demo.data import CaseData, ChangeData, Company, Scene, read, span
from oncall.demo.teller import Teller


def load(at: datetime) -> bool:
    """Build the demo company as of `at` and keep its login; return False when it is there already.

    Everything is committed together or not at all. Raises NotPossible when people work here already.
    """
    with transaction.atomic():
        installation, is_new = first_start.claim(at)
        if installation.demo_loaded_at is not None:
            return False
        if not is_new or User.objects.exists():
            raise NotPossible(
                "This installation is in use, so the demo is not loaded; set DEMO=0, or name another DATA_DIR."
            )
        if not PlaybookVersion.objects.exists():
            playbooks.store_shipped(at)
        first_start.keep(_build(at))
        for part in settings.DEMO_PARTS:
            import_string(part)(at)
        installation.demo_loaded_at = at
        installation.save(update_fields=["demo_loaded_at"])
    return True


def _build(at: datetime) -> dict[str, str]:
    """Write all rows; return what the first start is to print."""
    data = read("company", Company)
    built = company.build(data, at)
    schedules = paging.add_schedules(data, built, at)
    pay.write_ledger(schedules.values(), at)
    pay.add_plans(built.teams, at)
    _tell_history(data, built, at)
    paging.add_policies(data, built, schedules)
    paging.add_addresses(built.people.values(), at)
    paging.begin_handoff(schedules["payments"], at)
    paging.ask_around(schedules["payments"], at)
    paging.add_holidays(built.teams["payments"], at)
    paging.follow_elsewhere(built.people["leila"], at)
    alice, robin, tomas = (built.people[name] for name in ("alice", "robin", "tomas"))
    paging.note_newcomer(alice, robin, tomas, at)
    proof.add_proof(at)
    pay.pay_a_month(built.teams["payments"], at)
    url = catalog.ingest_url(built.sources["alertmanager"], built.keys["alertmanager"])
    return {**first_start.give_login(built.people[data.login]), "alertmanager_url": url}


def _tell_history(data: Company, built: Built, at: datetime) -> None:
    """Tell every incident by number. Policies and addresses come after it, so it can't page anybody."""
    pictured = read("pictured", list[CaseData])
    names = {user.pk: username for username, user in built.people.items()}
    known = year.roster(data, names)
    ordinary = year.cases(read("year", list[Scene]), pictured, known, now=at)
    teller = Teller(built, at)
    for case in sorted([*read("worked", list[CaseData]), *pictured, *ordinary], key=_number):
        teller.tell(case)
    teller.finish()
    for change in read("changes", list[ChangeData]):
        door.change(change, built.sources["deploys"], at=at - span(change.ago))
    door.count_on()
    LateCall.objects.all().delete()  # nobody was paged, so nobody is waiting to hear that it is over


def _number(case: CaseData) -> int:
    return case.number
