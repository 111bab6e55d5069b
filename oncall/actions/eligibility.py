"""Eligibility (R136): noted per person, judged by the playbook's numbers, told where it is missing. It never blocks.

Who is judged: everybody where a playbook asks for it; elsewhere only people of whom something is noted.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from core.actor import Actor
from core.errors import Invalid, NotFound
from core.models import User
from oncall import rota
from oncall.actions.impact import Impact
from oncall.actions.rules import Rules, eligibility_asked
from oncall.actions.scope import require_lead
from oncall.models import Eligibility, ServedShift
from oncall.rota.civil import to_wall

DATES = ("onboarded_on", "access_on", "monitoring_on", "training_on")
MOST_SHADOWED = 1000
_EARLIEST = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Lacking:
    """Somebody who is not eligible when their seat begins (UTC): what is missing, as sentences."""

    user: int
    begins: datetime
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EligibilityChange:
    """What to note: days by the names of DATES, None takes one back. `shadowed_elsewhere` None: as it is."""

    days: Mapping[str, date | None]
    shadowed_elsewhere: int | None = None


def note_eligibility(
    user_id: int, change: EligibilityChange, *, by: Actor, at: datetime
) -> Eligibility:
    """Note what a person has done; managers of a team they are in do it. The same day again changes nothing.

    Raises NotFound, NotAllowed, Invalid for a day that can't be.
    """
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
        if user is None:
            raise NotFound("There is nobody of that name.")
        require_lead(by, user)
        _refuse_days(change, to_wall(at, user.time_zone).date())
        row = Eligibility.objects.filter(user=user).first() or Eligibility(user=user)
        for name, day in change.days.items():
            if getattr(row, name) != day:
                setattr(row, name, day)
                setattr(row, name.replace("_on", "_by"), by.user if day else None)
        if change.shadowed_elsewhere is not None:
            row.shadowed_elsewhere = change.shadowed_elsewhere
        row.changed_at = at
        row.save()
    return row


def forget_eligibility(user_id: int, *, by: Actor) -> None:
    """Keep no dates of a person any more; twice changes nothing. Raises NotFound, NotAllowed."""
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
        if user is None:
            raise NotFound("There is nobody of that name.")
        require_lead(by, user)
        Eligibility.objects.filter(user=user).delete()


@dataclass(frozen=True, slots=True)
class Standing:
    """One person beside the strictest rule in force, now. `row` None: nothing is noted of them.

    `is_asked`: a playbook in force asks for it; otherwise `rule` is the guides'. `counted`: shifts shadowed by the ledger.
    `missing`: sentences by what is missing, as `rota.lacking` has them.
    """

    row: Eligibility | None
    rule: rota.Asked
    is_asked: bool
    counted: int
    missing: Mapping[str, str]


def standing(user: User, at: datetime) -> Standing:
    """Return how a person stands at an instant."""
    rows = Eligibility.objects.select_related(*(name.replace("_on", "_by") for name in DATES))
    row, asked = rows.filter(user=user).first(), eligibility_asked()
    counted, rule = shadowed([user.pk]).get(user.pk, 0), asked or rota.Asked()
    today = to_wall(at, user.time_zone).date()
    missing = rota.lacking(rule, progress(row, counted), today)
    return Standing(row, rule, asked is not None, counted, missing)


def ineligible(begins: Mapping[int, datetime], rules: Rules) -> list[Lacking]:
    """Return who of these people is not eligible when their seat begins, in order of that."""
    kept = Eligibility.objects.filter(user__in=list(begins)).in_bulk(field_name="user_id")
    asked = rules.eligibility
    judged = begins if asked else {user: begins[user] for user in kept}
    if not judged:
        return []
    counted, zones = shadowed(judged), _zones(judged)
    found = [
        Lacking(user, at, tuple(rota.lacking(asked or rota.Asked(), done, today).values()))
        for user, at in judged.items()
        for done in [progress(kept.get(user), counted.get(user, 0))]
        for today in [to_wall(at, zones[user]).date()]
    ]
    return sorted((one for one in found if one.missing), key=lambda one: (one.begins, one.user))


def seat_warnings(found: Impact, users: Iterable[int], rules: Rules) -> list[str]:
    """Return a sentence for each of these people whom an edit seats before they are eligible."""
    begins = first_shifts(rota.final(found.after, found.starts_at, found.ends_at))
    return warned({user: begins[user] for user in users if user in begins}, rules)


def warned(begins: Mapping[int, datetime], rules: Rules) -> list[str]:
    """Return a sentence for each of these people who is not eligible when their seat begins."""
    lacking = ineligible(begins, rules)
    people = User.objects.in_bulk([one.user for one in lacking])
    return [said(people[one.user].display_name, one) for one in lacking]


def said(name: str, one: Lacking) -> str:
    """Return it as one sentence or two."""
    return f"{name} is not eligible yet: {' '.join(one.missing)}"


def first_shifts(shifts: Iterable[rota.Shift]) -> dict[int, datetime]:
    """Return when each person first serves, shadow seats left out."""
    found: dict[int, datetime] = {}
    for one in shifts:
        if one.seat != "shadow":
            found[one.user] = min(one.starts_at, found.get(one.user, one.starts_at))
    return found


def progress(row: Eligibility | None, counted: int) -> rota.Progress:
    """Return how far somebody is; `counted`: shifts shadowed by the ledger."""
    if row is None:
        return rota.Progress(shadowed=counted)
    days = {mark: getattr(row, f"{mark}_on") for mark in rota.MARKS}
    marks = {mark: day for mark, day in days.items() if day is not None}
    return rota.Progress(row.onboarded_on, counted + row.shadowed_elsewhere, marks)


def shadowed(users: Collection[int]) -> dict[int, int]:
    """Return how many shifts these people have shadowed to the end, as the ledger has them."""
    mine = ServedShift.objects.filter(seat="shadow", user__in=list(users))
    rows = ServedShift.objects.filter(seat="shadow", schedule__in=mine.values("schedule"))
    served: dict[int, list[rota.Shift]] = defaultdict(list)
    frozen: dict[int, datetime] = {}
    columns = ("schedule", "schedule__served_to", "user", "starts_at", "ends_at", "source")
    for schedule, to, user, start, end, source in rows.values_list(*columns):
        served[schedule].append(rota.Shift(start, end, user, "shadow", None, source, None))
        frozen[schedule] = to
    found: dict[int, int] = defaultdict(int)
    for schedule, shifts in served.items():
        for stint in rota.stints(shifts, ("shadow",)):
            found[stint.user] += stint.ends_at < frozen[schedule]  # one that runs is not over yet
    return found


def _zones(users: Iterable[int]) -> dict[int, str]:
    return dict(User.objects.filter(pk__in=list(users)).values_list("pk", "time_zone"))


def _refuse_days(change: EligibilityChange, today: date) -> None:
    wrong = {name: [_fault(name, day, today)] for name, day in change.days.items() if day}
    if texts := {name: found for name, found in wrong.items() if any(found)}:
        raise Invalid.fields(texts)
    count = change.shadowed_elsewhere
    if count is not None and not 0 <= count <= MOST_SHADOWED:
        raise Invalid.field("/shadowed_elsewhere", f"It is a number from 0 to {MOST_SHADOWED}.")


def _fault(name: str, day: date, today: date) -> str:
    if day < _EARLIEST:
        return f"{day} is too long ago."
    if name != "onboarded_on" and day > today:
        return f"{day} has not come yet; note it when it is done."
    return ""
