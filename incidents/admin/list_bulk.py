"""One verb for the chosen rows: a page that says which refuse and why, then all of them or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from core import clock
from core.actor import Actor
from core.admin.buttons import Refusal, status_of, words
from core.admin.rights import who
from core.permissions import may
from incidents.actions.bulk import MOST, SEVERITY, Verdict, do_all, judge_all, seen_of
from incidents.actions.perform import Order
from incidents.admin.forms import Merge
from incidents.admin.list_views import back_to, query_of
from incidents.models import Incident
from incidents.playbook import label, severity_for

_LONGEST_PK = 18


@dataclass(frozen=True, slots=True)
class BulkVerb:
    """One button of the bar: its verb, its word, and the past of it."""

    name: str
    label: str
    done: str
    key: str = ""
    asks: bool = False


VERBS = (
    BulkVerb("acknowledge", "Acknowledge", "acknowledged", key="a"),
    BulkVerb(SEVERITY, "Set severity", "changed", asks=True),
    BulkVerb("merge", "Merge into", "merged", asks=True),
    BulkVerb("resolve", "Resolve", "resolved"),
    BulkVerb("mark_false_alarm", "False alarm", "marked false alarms"),
)
_VERBS = {verb.name: verb for verb in VERBS}


class _Severity(forms.Form):
    """Another severity for all of them, and why."""

    rank = forms.TypedChoiceField(
        label="severity", coerce=int, choices=[(rank, f"Severity {rank}") for rank in (1, 2, 3, 4)]
    )
    reason = forms.CharField(label="why", max_length=1000)


class _Into(Merge):
    """Into which of them, or into which other."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What came in: the verb, the chosen numbers, and what the person had seen of those that can."""

    verb: BulkVerb
    ids: tuple[int, ...]
    seen: Mapping[int, str]
    is_sure: bool
    back: str


@dataclass(frozen=True, slots=True)
class Row:
    """One chosen incident as drawn on the page that asks."""

    verdict: Verdict
    severity: str
    state: str
    seen: str
    is_over: bool


def answer(request: HttpRequest, shell: Mapping[str, Any]) -> HttpResponse:
    """Return the page that asks, or do it and lead back to the list. Only a POST says which rows."""
    asked = _read(request)
    if request.method != "POST" or asked is None:
        return back_to(query_of(request))
    if not 0 < len(asked.ids) <= MOST:
        messages.info(request, f"Choose between one and {MOST} incidents first.")
        return back_to(asked.back)
    by, at = who(request), clock.now()
    if not may(by, f"incidents.{asked.verb.name}"):
        raise PermissionDenied
    form = _form(request, asked)
    order = _order(asked.verb, form)
    verdicts = judge_all(asked.ids, order, by=by, at=at)
    asked = _at_once(asked, verdicts)
    is_read = form is None or form.is_valid()
    problem, status = "", 422 if form is not None and form.is_bound and not is_read else 200
    if asked.is_sure and is_read:
        try:
            return _done(request, asked, order, by, at)
        except Refusal as refusal:
            problem, status = words(refusal), status_of(refusal)
            verdicts = judge_all(asked.ids, order, by=by, at=at)
    context = {**shell, **_context(asked, verdicts, form), "problem": problem}
    return TemplateResponse(request, "incidents/list_bulk.html", context, status=status)


def _at_once(asked: Asked, verdicts: Sequence[Verdict]) -> Asked:
    """Taking what nobody has asks nothing back when every row can; the rest is always asked first."""
    is_plain = asked.verb.name == "acknowledge" and len(verdicts) == len(asked.ids)
    if asked.is_sure or not is_plain or not all(verdict.can for verdict in verdicts):
        return asked
    seen = {verdict.incident.pk: seen_of(verdict.incident) for verdict in verdicts}
    return replace(asked, seen=seen, is_sure=True)


def _read(request: HttpRequest) -> Asked | None:
    verb = _VERBS.get(request.POST.get("verb", ""))
    if verb is None:
        return None
    ids = [int(text) for text in request.POST.getlist("row")[: MOST + 1] if _is_number(text)]
    seen = dict[int, str]()
    for text in request.POST.getlist("seen")[:MOST]:
        number, _, known = text.partition(":")
        if _is_number(number):
            seen[int(number)] = known[:60]
    is_sure = request.POST.get("sure") == "yes" and bool(seen)
    return Asked(verb, tuple(dict.fromkeys(ids)), seen, is_sure, query_of(request))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _LONGEST_PK


def _form(request: HttpRequest, asked: Asked) -> forms.Form | None:
    kinds: dict[str, type[forms.Form]] = {SEVERITY: _Severity, "merge": _Into}
    kind = kinds.get(asked.verb.name)
    if kind is None:
        return None
    return kind(request.POST if "asked" in request.POST else None)


def _order(verb: BulkVerb, form: forms.Form | None) -> Order:
    if form is None or not form.is_bound or not form.is_valid():
        return Order(verb.name)
    found = form.cleaned_data
    return Order(
        verb.name,
        reason=found.get("reason", ""),
        into=found.get("into"),
        severity=found.get("rank", 0),
    )


def _done(
    request: HttpRequest, asked: Asked, order: Order, by: Actor, at: datetime
) -> HttpResponse:
    """Do it to those that the page had said could, and to no others."""
    seen = {pk: known for pk, known in asked.seen.items() if pk != order.into}
    moved = do_all(seen, order, by=by, at=at)
    left = len(asked.ids) - len(moved)
    kept = f" {left} not touched." if left else ""
    text = f"{_named(moved)} {asked.verb.done} at {at:%H:%M:%S} UTC.{kept}"
    messages.success(request, text)
    return back_to(asked.back)


def _named(rows: Sequence[Incident]) -> str:
    names = ", ".join(row.label for row in rows[:3])
    return f"{names} and {len(rows) - 3} more" if len(rows) > 3 else names


def _context(asked: Asked, verdicts: Sequence[Verdict], form: forms.Form | None) -> dict[str, Any]:
    rows = [_row(verdict) for verdict in verdicts]
    able = [row for row in rows if row.verdict.can]
    refusing = [row for row in rows if not row.verdict.can]
    return {
        "title": f"{asked.verb.label}: {len(rows)} chosen",
        "verb": asked.verb,
        "rows": rows,
        "able": able,
        "refusing": refusing,
        "form": form,
        "back": asked.back,
        "missing": len(asked.ids) - len(rows),
    }


def _row(verdict: Verdict) -> Row:
    incident = verdict.incident
    book = incident.playbook.playbook
    return Row(
        verdict,
        severity_for(book, incident.rank).code,
        label(book, incident.state),
        seen_of(incident),
        not incident.is_live,
    )
