"""What a POST or PATCH asks for: bodies into calls of actions."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from core.actor import Actor
from core.api.bodies import Body, pointed
from core.errors import Invalid
from core.models import Team, User
from postmortems.actions import review, writing
from postmortems.api import asked
from postmortems.api.shapes import POSTMORTEM, WHOLE_ACTION_ITEM, WHOLE_POSTMORTEM
from postmortems.models import Section
from postmortems.models.action import State
from postmortems.models.postmortem import LONGEST_SECTION

Act = Callable[[int, Actor, datetime], object]
SEGMENTS = {name.replace("_", "-"): name for name in asked.ORDERS}
_READ_ONLY = {*POSTMORTEM.fields, *WHOLE_POSTMORTEM.fields}
_ITEM_READ_ONLY = set(WHOLE_ACTION_ITEM.fields)
_ITEM_TEXTS = {
    "title": 200, "detail": 20_000, "kind": 40, "horizon": 40, "priority": 6, "measure": 300, "evidence": 20_000,
}  # fmt: skip


def read_order(verb: str, document: Mapping[str, object]) -> Act:
    """Return the action that a verb with this body stands for; raises Invalid with every wrong field."""
    body = Body(document)
    act = _READERS[verb](body)
    body.done()
    return act


def _write(body: Body) -> Act:
    key, words = body.text("section", required=True, longest=asked.LONGEST_KEY), _long(body, "text")
    version = body.number("version", 1, required=True)
    return lambda pk, by, at: writing.save_section(pk, key, words, version=version, by=by, at=at)


def _long(body: Body, name: str) -> str:
    return body.text(name, required=True, longest=LONGEST_SECTION, may_be_blank=True)


def _finding(body: Body) -> writing.Place:
    key = body.text("section", required=True, longest=asked.LONGEST_KEY)
    rule = body.text("rule", required=True, longest=asked.LONGEST_RULE)
    return writing.Place(key, rule, body.text("quote", required=True, longest=LONGEST_SECTION))


def _keep(body: Body) -> Act:
    found, reason = _finding(body), body.text("reason", required=True)
    return lambda pk, by, at: writing.keep_phrase(pk, found, reason=reason, by=by, at=at)


def _use(body: Body) -> Act:
    found, instead = _finding(body), body.text("instead", required=True)
    return lambda pk, by, at: writing.use_sentence(pk, found, instead=instead, by=by, at=at)


def _add_factor(body: Body) -> Act:
    words = body.text("text", required=True, longest=writing.LONGEST_FACTOR)
    return lambda pk, by, at: writing.add_factor(pk, words, by=by, at=at)


def _change_factor(body: Body) -> Act:
    number, words = _factor(body), body.text("text", required=True, longest=writing.LONGEST_FACTOR)
    return lambda pk, by, at: writing.change_factor(pk, number, words, by=by, at=at)


def _remove_factor(body: Body) -> Act:
    number = _factor(body)
    return lambda pk, by, at: writing.remove_factor(pk, number, by=by, at=at)


def _factor(body: Body) -> int:
    return body.number("number", 1, asked.MOST_FACTORS, required=True)


def _ask(body: Body) -> Act:
    names = body.texts("reviewers", most=asked.MOST_REVIEWERS, longest=asked.LONGEST_NAME)
    return lambda pk, by, at: review.ask_review(pk, _people(names), by=by, at=at)


def _people(names: list[str]) -> list[User]:
    found = {
        user.username: user for user in User.objects.filter(username__in=names, is_active=True)
    }
    unknown = [name for name in names if name not in found]
    if unknown:
        raise Invalid.field("/reviewers", "Nobody active has one of these names.", "unknown_user")
    return [found[name] for name in dict.fromkeys(names)]


def _answer(body: Body) -> Act:
    verdict, comment = body.text("verdict", required=True, longest=20), body.text("comment")
    return lambda pk, by, at: review.answer(pk, verdict, comment=comment, by=by, at=at)


def _send_back(body: Body) -> Act:
    reason = body.text("reason", required=True)
    return lambda pk, by, at: review.send_back(pk, reason=reason, by=by, at=at)


def _close(body: Body) -> Act:
    reason = body.text("reason")
    return lambda pk, by, at: review.close(pk, reason=reason, by=by, at=at)


_READERS: dict[str, Callable[[Body], Act]] = {
    "write": _write,
    "take_lines": lambda _: lambda pk, by, at: writing.take_newer_lines(pk, by=by, at=at),
    "keep_phrase": _keep,
    "use_sentence": _use,
    "add_factor": _add_factor,
    "change_factor": _change_factor,
    "remove_factor": _remove_factor,
    "ask_review": _ask,
    "answer": _answer,
    "approve": lambda _: lambda pk, by, at: review.approve(pk, by=by, at=at),
    "publish": lambda _: lambda pk, by, at: review.publish(pk, by=by, at=at),
    "close": _close,
    "send_back": _send_back,
}


def read_incident(document: Mapping[str, object]) -> int:
    """Return the number of the incident that a new postmortem is asked for."""
    body = Body(document)
    number = body.number("incident", 1, required=True)
    body.done()
    return number


def read_change(document: Mapping[str, object]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the facts and the texts of sections that a PATCH of a postmortem changes."""
    given = dict(document)
    sections = _sections(given.pop("sections", {}))
    body = Body(given, read_only=_READ_ONLY)
    facts: dict[str, Any] = {
        "owner": body.text("owner", longest=asked.LONGEST_NAME),
        "meeting_at": body.moment("meeting_at"),
        "is_public": body.flag("is_public"),
        "public_text": body.text("public_text", longest=LONGEST_SECTION),
    }
    body.done()
    if facts["owner"]:
        facts["owner"] = _person(facts["owner"])
    facts["owner"] = facts["owner"] or None
    return {name: value for name, value in facts.items() if body.has(name)}, sections


def _sections(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise Invalid.field("/sections", "sections is an object of texts.", "wrong_type")
    wrong = [key for key, words in value.items() if not isinstance(words, str)]
    if wrong:
        raise Invalid.field("/sections", "Each section is a text.", "wrong_type")
    return {str(key): str(words) for key, words in value.items()}


def refuse_unknown_sections(postmortem_id: int, sections: Mapping[str, str]) -> None:
    """Raise Invalid for the first key that the postmortem has no section of; one that is not there has none to miss."""
    rows = Section.objects.filter(postmortem=postmortem_id)
    known = set(rows.values_list("key", flat=True)) if sections else set()
    for key in sections:
        if known and key not in known:
            pointer = f"/sections/{pointed(key)}"
            detail = f"There is no such section; there are {', '.join(sorted(known))}."
            raise Invalid.field(pointer, detail, "unknown_section")


def read_item(
    document: Mapping[str, object], *, is_new: bool
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values of an action item (with `incident` for a new one), and the words of a change.

    Only what was given is there. Words: `state` and `reason`.
    """
    body = Body(document, read_only=_ITEM_READ_ONLY)
    values: dict[str, Any] = {
        name: body.text(
            name, longest=longest, required=name == "title" and (is_new or body.has(name))
        )
        for name, longest in _ITEM_TEXTS.items()
    }
    values["factor"] = body.number("factor", 1, asked.MOST_FACTORS) or None
    values["due_on"], values["owner"] = body.day("due_on"), body.text("owner", longest=150)
    values["team"] = body.text("team", longest=50)
    words = (
        {} if is_new else {"state": body.text("state", longest=11), "reason": body.text("reason")}
    )
    incident = body.number("incident", 1, required=True) if is_new else 0
    body.done()
    if words.get("state", "") not in ("", *State.values):
        raise Invalid.field("/state", f"state is one of {', '.join(State.values)}.")
    values["owner"] = _person(values["owner"]) if values["owner"] else None
    values["team"] = _team(values["team"]) if values["team"] else None
    given = {name: value for name, value in values.items() if body.has(name)}
    return {**given, **({"incident": incident} if is_new else {})}, words


def read_item_order(verb: str, document: Mapping[str, object]) -> dict[str, str]:
    """Return the reason and the evidence that go with a verb."""
    body = Body(document)
    said = {"reason": body.text("reason")}
    if verb == "finish":
        said["evidence"] = body.text("evidence")
    body.done()
    return said


def _person(name: str) -> User:
    found = User.objects.filter(username=name, is_active=True).first()
    if found is None:
        raise Invalid.field("/owner", "Nobody active has that name.", "unknown_user")
    return found


def _team(slug: str) -> Team:
    found = Team.objects.filter(slug=slug).first()
    if found is None:
        raise Invalid.field("/team", "There is no team of that slug.", "unknown_team")
    return found
