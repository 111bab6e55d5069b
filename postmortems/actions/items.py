"""Action items: made, changed with their history, moved from state to state (R237 to R243)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.db import transaction

from core.actor import Actor
from core.errors import Conflict, IllegalTransition, Invalid, NotFound
from core.models import Team, User
from core.permissions import require
from incidents.models import Incident
from incidents.playbook.learning import Actions
from postmortems.actions import chasing
from postmortems.actions.history import changed_rows, remember
from postmortems.models import ActionItem, Factor, Postmortem
from postmortems.models.action import UNFINISHED, State
from postmortems.rules.calendar import after

EDIT = "postmortems.edit_action"
SHORTEST_REASON = 10
LONGEST = {"title": 200, "detail": 20_000, "measure": 300, "evidence": 20_000}
FIELDS = (
    "title", "detail", "kind", "horizon", "priority", "measure", "owner", "team", "due_on", "factor", "evidence",
)  # fmt: skip
FAR = timedelta(days=3650)
VERBS: dict[str, tuple[str, ...]] = {
    "start": (State.OPEN, State.BLOCKED),
    "block": (State.OPEN, State.IN_PROGRESS),
    "finish": UNFINISHED,
    "drop": UNFINISHED,
    "reopen": (State.DONE, State.WONT_DO),
}
TARGETS = {
    "start": State.IN_PROGRESS, "block": State.BLOCKED, "finish": State.DONE, "drop": State.WONT_DO,
    "reopen": State.OPEN,
}  # fmt: skip
_NEED_REASON = ("block", "drop", "reopen")


def allowed(state: str) -> tuple[str, ...]:
    """Return the verbs that are possible from a state."""
    return tuple(verb for verb, sources in VERBS.items() if state in sources)


def create(incident_id: int, values: Mapping[str, Any], *, by: Actor, at: datetime) -> ActionItem:
    """Add an action item to an incident, and to its postmortem where there is one; return it.

    `values`: any of FIELDS; `factor` is a number of the postmortem, `due_on` a date. Without a date the
    horizon's length counts from today. Raises NotFound, NotAllowed, and Invalid with every wrong field:
    where the playbook asks for an owner a person or a team must be named, where it asks for a date a date.
    """
    with transaction.atomic():
        rows = Incident.objects.filter(pk=incident_id).select_related("service", "playbook")
        incident = rows.locked().first()
        if incident is None:
            raise NotFound(f"There is no incident {incident_id}.")
        require(by, EDIT, incident)
        postmortem = Postmortem.objects.filter(incident=incident).first()
        item = ActionItem(
            incident=incident, postmortem=postmortem, created_at=at, created_by=by.user
        )
        _fill(item, {**values, **_dated(incident, values, at)}, at)
        item.original_due_on = item.due_on
        chasing.set_timer(item, at)
        item.save(force_insert=True)
        remember(item, "created", after=item.title, by=by, at=at)
        return item


def change(
    item_id: int, values: Mapping[str, Any], *, by: Actor, at: datetime, reason: str = "", version: int = 0
) -> ActionItem:  # fmt: skip
    """Change any of FIELDS and keep what stood before, with who, when and why; unchanged values change nothing.

    The first due date stays and every move of it is counted. `version`: the one the writer saw, 0 for
    whatever is there. Raises Conflict, NotFound, NotAllowed, Invalid.
    """
    with transaction.atomic():
        item = _take(item_id, by)
        if version not in (0, item.version):
            raise Conflict(
                "Somebody changed this action item meanwhile. Look at it, and save again."
            )
        before = {name: getattr(item, name) for name in FIELDS}
        _fill(item, values, at)
        rows = changed_rows(item, before, by=by, at=at, reason=reason.strip())
        if not rows:
            return item
        if item.due_on != before["due_on"]:
            item.original_due_on = item.original_due_on or item.due_on
            item.times_moved += before["due_on"] is not None
        chasing.set_timer(item, at)
        item.version += 1
        item.save()
        for row in rows:
            row.save(force_insert=True)
        return item


def move(
    item_id: int, verb: str, *, by: Actor, at: datetime, reason: str = "", evidence: str = ""
) -> ActionItem:  # fmt: skip
    """Move an action item by `verb` (a key of VERBS) and return it; what stands there already stays as it is.

    Done needs evidence, there already or given now; to block, drop or reopen it needs a reason (of 10
    characters to drop it). Raises NotFound, NotAllowed, IllegalTransition, Invalid.
    """
    if verb not in VERBS:
        raise NotFound(f"There is no verb {verb}; the verbs are {', '.join(VERBS)}.")
    reason = reason.strip()
    with transaction.atomic():
        item = _take(item_id, by)
        if item.state == TARGETS[verb]:
            return item
        _require_step(item, verb, reason)
        before, proof = item.state, item.evidence
        _prove(item, verb, evidence)
        getattr(item, verb)(at=at)
        chasing.set_timer(item, at)
        item.version += 1
        item.save()
        if item.evidence != proof:
            remember(item, "evidence", before=proof, after=item.evidence, by=by, at=at)
        remember(item, "state", before=before, after=item.state, by=by, at=at, reason=reason)
        return item


def _take(item_id: int, by: Actor) -> ActionItem:
    rows = ActionItem.objects.filter(pk=item_id).select_related(
        "incident__service", "incident__playbook", "owner", "team", "factor"
    )
    item = rows.select_for_update(no_key=True, of=("self",)).first()
    if item is None:
        raise NotFound(f"There is no action item {item_id}.")
    require(by, EDIT, item)
    return item


def _require_step(item: ActionItem, verb: str, reason: str) -> None:
    if item.state not in VERBS[verb]:
        raise IllegalTransition(
            f"{item.label} is {item.state_word.lower()}; it can't {verb} from there.",
            allowed=allowed(item.state),
        )
    shortest = SHORTEST_REASON if verb == "drop" else int(verb in _NEED_REASON)
    if len(reason) < shortest:
        how = f" in at least {SHORTEST_REASON} characters" if verb == "drop" else ""
        raise Invalid.field("/reason", f"Say why{how}.", "required")


def _prove(item: ActionItem, verb: str, evidence: str) -> None:
    """Keep the evidence; what is done has some."""
    if evidence.strip():
        item.evidence = _text("evidence", evidence)
    if verb == "finish" and not item.evidence.strip():
        raise Invalid.field(
            "/evidence", "Say what proves that it is done: a link, or a sentence.", "required"
        )


def _dated(incident: Incident, values: Mapping[str, Any], at: datetime) -> dict[str, date]:
    """Return the due date that the horizon stands for, where none is given."""
    horizons = incident.playbook.playbook.actions.horizons
    named = next((one for one in horizons if one.key == values.get("horizon")), None)
    if named is None or values.get("due_on") is not None:
        return {}
    return {"due_on": after(at, named.within).date()}


def _fill(item: ActionItem, values: Mapping[str, Any], at: datetime) -> None:
    """Set the given values, checked together; raises Invalid with every problem."""
    problems: list[dict[str, str]] = []
    for name in FIELDS:
        if name not in values:
            continue
        try:
            setattr(item, name, _checked(item, name, values[name], at))
        except Invalid as error:
            problems.extend(cast("list[dict[str, str]]", error.extra["errors"]))
    if not problems:
        problems.extend(_lacking(item))
    if problems:
        detail = " ".join(problem["detail"] for problem in problems)
        raise Invalid(detail, code=problems[0]["code"], extra={"errors": problems})


def _checked(item: ActionItem, name: str, value: Any, at: datetime) -> Any:
    if name in LONGEST:
        return _text(name, value)
    if name == "factor":
        return _factor(item, value)
    if name in ("kind", "horizon", "priority"):
        return _word(item, name, value)
    if name == "due_on":
        return _date(value, at)
    return _person_or_team(item, name, value)


def _text(name: str, value: str) -> str:
    text = " ".join(value.split()) if name in ("title", "measure") else value.strip()
    if len(text) > LONGEST[name] or (name == "title" and not text):
        raise Invalid.field(f"/{name}", f"Write a {name} of 1 to {LONGEST[name]} characters.")
    return text


def _word(item: ActionItem, name: str, value: str) -> str:
    rules: Actions = item.incident.playbook.playbook.actions
    known = {
        "kind": [one.key for one in rules.kinds],
        "horizon": [one.key for one in rules.horizons],
        "priority": [word for word in ActionItem.Priority.values if word],
    }[name]
    if value and value not in known:
        raise Invalid.field(f"/{name}", f"{name} is one of {', '.join(known) or 'none'}.")
    return value


def _date(value: date | None, at: datetime) -> date | None:
    if value is not None and abs(value - at.date()) > FAR:
        raise Invalid.field("/due_on", "Choose a date within ten years of today.")
    return value


def _person_or_team(item: ActionItem, name: str, value: User | Team | None) -> User | Team | None:
    if isinstance(value, User) and value != item.owner and not value.is_active:
        raise Invalid.field(f"/{name}", f"{value.display_name} has left; choose somebody else.")
    return value


def _factor(item: ActionItem, number: int | None) -> Factor | None:
    if number is None:
        return None
    found = Factor.objects.filter(postmortem=item.postmortem_id, position=number).first()
    if found is None:
        raise Invalid.field("/factor", f"The postmortem has no factor {number}.")
    return found


def _lacking(item: ActionItem) -> list[dict[str, str]]:
    """Name what the playbook does not let go without, once an action item is there at all (AC-G7)."""
    asked = item.incident.playbook.playbook.actions.must_have
    found = []
    if not item.title:
        found.append(("title", "Say what is to be done."))
    if "owner" in asked and item.owner is None and item.team is None:
        found.append(("owner", "Name who does it: a person, or for now a team."))
    if "due" in asked and item.due_on is None:
        found.append(("due_on", "Choose a date by which it is done."))
    return [{"pointer": f"/{name}", "code": "required", "detail": detail} for name, detail in found]
