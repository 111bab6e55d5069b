"""REST API of eligibility: what is noted of a person, what is missing, and the dates that managers note."""

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.auth import caller
from core.api.bodies import Body
from core.api.operations import Operation
from core.api.shapes import text
from core.api.versions import one, unchanged
from core.api.views import Door, fields
from core.errors import NotFound
from core.models import User
from core.permissions import require
from oncall import rota
from oncall.actions.eligibility import (
    DATES,
    MOST_SHADOWED,
    EligibilityChange,
    forget_eligibility,
    note_eligibility,
    standing,
)
from oncall.actions.scope import require_lead
from oncall.api import eligibility_shapes as shapes
from oncall.models import Eligibility


class OneEligibility(Door):
    """`/api/v1/users/<username>/eligibility/`."""

    tag = "People"
    places = {"username": text("As they sign in.", longest=150)}
    operations = {
        "get": Operation(
            "Show whether a person is eligible for on call", shapes.ELIGIBILITY, is_versioned=True
        ),
        "patch": Operation(
            "Note what a person has done",
            shapes.ELIGIBILITY,
            takes=shapes.CHANGED_ELIGIBILITY,
            is_versioned=True,
            detail="By managers of a team that they are in. It warns where they are seated too early, and blocks nothing.",
        ),
        "delete": Operation("Keep no dates of a person", None, status=204),
    }

    def get(self, request: Request, username: str) -> HttpResponse:
        """Return what is noted and what is missing."""
        require(caller(request), "oncall.view")
        return one(request, _facts(_found(username)))

    def patch(self, request: Request, username: str) -> HttpResponse:
        """Note it, and return all of it."""
        user, by = _found(username), caller(request)
        require_lead(by, user)
        change = _read(Body(fields(request)))
        rows = User.objects.filter(pk=user.pk)
        with unchanged(request, rows, lambda: _facts(user)):
            note_eligibility(user.pk, change, by=by, at=clock.now())
        return one(request, _facts(user))

    def delete(self, request: Request, username: str) -> Response:
        """Forget it; twice changes nothing."""
        forget_eligibility(_found(username).pk, by=caller(request))
        return Response(status=204)


def asked_facts(asked: rota.Asked | None) -> dict[str, object] | None:
    """Return a rule as the API writes it."""
    if asked is None:
        return None
    return {
        "onboarded_days": asked.onboarded_days,
        "shadowed_shifts": asked.shadowed_shifts,
        **{mark: mark in asked.marks for mark in rota.MARKS},
    }


def _read(body: Body) -> EligibilityChange:
    days = {name: body.day(name) for name in DATES if body.has(name)}
    has = body.has("shadowed_elsewhere")
    count = body.number("shadowed_elsewhere", 0, MOST_SHADOWED, required=has)
    body.done()
    return EligibilityChange(days, count if has else None)


def _facts(user: User) -> dict[str, object]:
    found = standing(user, clock.now())
    row = found.row
    return {
        "username": user.username,
        "kept": row is not None,
        **{name.removesuffix("_on"): _mark(row, name) for name in DATES},
        "shadowed": found.counted,
        "shadowed_elsewhere": row.shadowed_elsewhere if row else 0,
        "rule": asked_facts(found.rule),
        "asked": found.is_asked,
        "eligible": not found.missing,
        "missing": list(found.missing.values()),
    }


def _mark(row: Eligibility | None, name: str) -> dict[str, object]:
    day = getattr(row, name, None)
    by = getattr(row, name.replace("_on", "_by"), None)
    return {"on": f"{day}" if day else None, "by": by.username if by else None}


def _found(username: str) -> User:
    found = None if "\0" in username else User.objects.filter(username=username).first()
    if found is None:
        raise NotFound("There is nobody of that name.")
    return found
