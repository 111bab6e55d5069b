"""The buttons of a postmortem: everything that can be done to it, each calling one action."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from core.actor import Actor
from core.admin.buttons import Button
from core.models import User
from core.permissions import may
from postmortems.actions import items, review, writing
from postmortems.actions.reading import Reading
from postmortems.admin import forms
from postmortems.models import Postmortem

Act = Callable[..., str | None]


def buttons_of(reading: Reading, by: Actor) -> list[Button]:
    """Return every button of a postmortem; those that are possible now and allowed to `by` are shown."""
    postmortem = reading.postmortem
    possible = review.allowed(postmortem.state)
    may_edit = may(by, review.EDIT, postmortem)
    may_write = may_edit and postmortem.is_writable
    may_approve = may(by, review.APPROVE, postmortem)
    is_reviewer = any(one.reviewer_id == by.user_id for one in reading.reviews)
    pk = postmortem.pk
    return [
        _button("ask_review", "Ask for a review", _ask, pk, partial(forms.Ask, reader=by.user), "ask_review" in possible and may_edit),
        _button(
            "answer", "Send my review", _answer, pk, forms.Verdict,
            is_reviewer and "answer" in possible and may(by, review.REVIEW, postmortem),
        ),
        _button("approve", "Approve", _approve, pk, None, "approve" in possible and may_approve),
        _button("publish", "Publish", _publish, pk, None, "publish" in possible and may_approve),
        _button("close", "Close", _close, pk, forms.PerhapsWhy, "close" in possible and may_approve),
        _button("send_back", "Back to draft", _send_back, pk, forms.Why, "send_back" in possible and may_approve),
        _button("take_lines", "Take them", _take_lines, pk, None, may_write and bool(reading.newer_lines)),
        _button("add_factor", "Add the factor", _add_factor, pk, forms.NewFactor, may_write),
        _button("change_factor", "Save the wording", _change_factor, pk, partial(forms.WordedFactor, postmortem=postmortem), may_write),
        _button("remove_factor", "Remove it", _remove_factor, pk, forms.Numbered, may_write),
        _button("keep_phrase", "Keep, with a reason", _keep, pk, forms.Keep, may_write),
        _button("use_sentence", "Use it", _use, pk, forms.Use, may_write),
        _button("facts", "Save", partial(_facts, postmortem), pk, partial(forms.facts, postmortem=postmortem, reader=by.user), may_edit),
        _button(
            "public_text", "Save the text", partial(_facts, postmortem), pk,
            partial(forms.public_text, postmortem=postmortem), may_edit,
        ),
        _button(
            "add_action", "Add the action", partial(_add_action, postmortem.incident_id), pk,
            partial(forms.ItemForm, playbook=reading.playbook, factors=reading.factors, reader=by.user),
            may(by, items.EDIT),
        ),
    ]  # fmt: skip


def _button(name: str, label: str, act: Act, pk: int, form: Any, shown: bool) -> Button:
    return Button(name, label, partial(act, pk), form=form, shown=shown, opens=form is not None)


def _ask(pk: int, *, by: Actor, at: datetime, reviewers: list[User]) -> str:
    review.ask_review(pk, reviewers, by=by, at=at)
    return f"{', '.join(one.display_name for one in reviewers)} asked; a mail is on its way."


def _answer(pk: int, *, by: Actor, at: datetime, verdict: str, comment: str) -> str:
    review.answer(pk, verdict, comment=comment, by=by, at=at)
    return "Your review is kept."


def _approve(pk: int, *, by: Actor, at: datetime) -> str:
    review.approve(pk, by=by, at=at)
    return f"Approved at {at:%H:%M} UTC. Its texts stand now."


def _publish(pk: int, *, by: Actor, at: datetime) -> str:
    review.publish(pk, by=by, at=at)
    return f"Published at {at:%H:%M} UTC."


def _close(pk: int, *, by: Actor, at: datetime, reason: str) -> str:
    done = review.close(pk, by=by, at=at, reason=reason)
    return f"Closed, and {done.incident.label} with it. Action items are chased on."


def _send_back(pk: int, *, by: Actor, at: datetime, reason: str) -> str:
    review.send_back(pk, reason=reason, by=by, at=at)
    return "It is a draft again; reviewers are asked anew."


def _take_lines(pk: int, *, by: Actor, at: datetime) -> str:
    taken = writing.take_newer_lines(pk, by=by, at=at)
    return f"{taken} line{'s' * (taken != 1)} taken from the incident."


def _add_factor(pk: int, *, by: Actor, at: datetime, text: str) -> str:
    return f"Factor {writing.add_factor(pk, text, by=by, at=at).position} is kept."


def _change_factor(
    pk: int, *, by: Actor, at: datetime, text: str, number: int | None, seen: str
) -> str:
    done = writing.change_factor(pk, number or 0, text, by=by, at=at, seen=seen)
    return f"Factor {done.position} is reworded."


def _remove_factor(pk: int, *, by: Actor, at: datetime, number: int | None, seen: str) -> str:
    writing.remove_factor(pk, number or 0, by=by, at=at, seen=seen)
    return f"Factor {number} is gone; the ones behind it moved up."


def _keep(pk: int, *, by: Actor, at: datetime, reason: str, **place: str) -> str:
    writing.keep_phrase(pk, writing.Place(**place), reason=reason, by=by, at=at)
    return "The sentence stays, with your reason."


def _use(pk: int, *, by: Actor, at: datetime, instead: str, **place: str) -> str:
    writing.use_sentence(pk, writing.Place(**place), instead=instead, by=by, at=at)
    return "The sentence is reworded. Read it once more."


def _facts(read: Postmortem, pk: int, *, by: Actor, at: datetime, **facts: Any) -> str:
    seen = {name: getattr(read, name) for name in facts}
    writing.change_facts(pk, facts, by=by, at=at, seen=seen)
    return "Saved."


def _add_action(incident_id: int, _pk: int, *, by: Actor, at: datetime, **values: Any) -> str:
    made = items.create(incident_id, values, by=by, at=at)
    return f"{made.label} is added."
