"""Declare from a form that may be sent twice: the second press finds what the first one made."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from core.actor import Actor
from core.errors import NotAllowed
from core.models import KeptAnswer
from incidents.actions.opening import Declaration, open_declared
from incidents.models import Incident

FORM = "form"  # in the place of a token's scope: no API key can reach these


@dataclass(frozen=True, slots=True)
class Outcome:
    """The incident; `is_new` when this press made it, `is_other` when the form had said something else before."""

    incident: Incident
    is_new: bool
    is_other: bool = False


def declare_once(asked: Declaration, token: str, *, by: Actor, at: datetime) -> Outcome:
    """Declare unless the same form has done so: `token` is the form's own, "" forgets nothing and keeps nothing.

    Raises what `declare` raises; nothing is kept then, and the form may be sent again.
    """
    if not token:
        return Outcome(_declare(asked, by, at), is_new=True)
    if by.user is None:
        raise NotAllowed("Only a person can send this form.")
    with transaction.atomic():
        fingerprint = _fingerprint(asked)
        fresh = {"fingerprint": fingerprint, "made_at": at}
        row, is_new = KeptAnswer.objects.get_or_create(
            user=by.user, ceiling=FORM, key=token, defaults=fresh
        )
        if not is_new:
            made = Incident.objects.get(pk=row.headers["incident"])
            return Outcome(made, is_new=False, is_other=row.fingerprint != fingerprint)
        made = _declare(asked, by, at)
        row.status, row.headers = 302, {"incident": made.pk}
        row.save(update_fields=["status", "headers"])
        return Outcome(made, is_new=True)


def _declare(asked: Declaration, by: Actor, at: datetime) -> Incident:
    return open_declared(asked, by=by, at=at).incidents[0]


def _fingerprint(asked: Declaration) -> str:
    """Return what makes two presses the same: every field."""
    said = (asked.service.pk, asked.title, asked.rank, asked.description, asked.page_nobody)
    return sha256(repr(said).encode("utf-8", "replace")).hexdigest()
