"""`Idempotency-Key`: a POST that creates, sent twice, creates once (draft-ietf-httpapi-idempotency-key-header).

The answer is kept for 24 hours per caller, in the very transaction of what was done: after a crash either
both are there or neither. A second request that comes while the first is at work waits for it in the database.
Refusals are not kept: they changed nothing, and the same key may be used again for a corrected request.
"""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.actor import Actor
from core.api.auth import caller
from core.api.formats import to_bytes
from core.errors import Invalid
from core.models import KeptAnswer
from core.secrets import decrypt, encrypt

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
LIFE = timedelta(hours=24)
LONGEST = 255
PATTERN = rf"^[\x21-\x7e]{{1,{LONGEST}}}$"

_KEY = re.compile(PATTERN[:-1] + r"\Z")
_KEPT_HEADERS = ("Location", "ETag")
Handler = Callable[..., HttpResponseBase]


def kept(handler: Handler) -> Handler:
    """Return a door's method that heeds Idempotency-Key; without the header it is the method itself.

    Raises Invalid: bad_idempotency_key, idempotency_key_reused (the same key for something else).
    """

    @wraps(handler)
    def once(door: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = request.headers.get(HEADER)
        if key is None:
            return handler(door, request, *args, **kwargs)
        if not _KEY.match(key):
            raise _refused(
                f"{HEADER} has 1 to {LONGEST} visible ASCII characters.", "bad_idempotency_key"
            )
        by, at, fingerprint = caller(request), clock.now(), _fingerprint(request)
        with transaction.atomic():
            row, is_new = _claim(by, key, fingerprint, at)
            if not is_new:
                return _replay(row, fingerprint)
            answer = handler(door, request, *args, **kwargs)
            _keep(row, answer)
            return answer

    return once


def forget_old(at: datetime) -> None:
    """Delete the answers that are older than a day."""
    KeptAnswer.objects.filter(made_at__lte=at - LIFE).delete()


def _claim(by: Actor, key: str, fingerprint: str, at: datetime) -> tuple[KeptAnswer, bool]:
    """Return the key's row, and whether it is ours to fill; waits for another request that is filling it."""
    fresh = {"fingerprint": fingerprint, "made_at": at}
    row, is_new = KeptAnswer.objects.get_or_create(
        user=by.user, ceiling=by.ceiling, key=key, defaults=fresh
    )
    if is_new or row.made_at > at - LIFE:
        return row, is_new
    same = KeptAnswer.objects.filter(pk=row.pk)
    is_ours = bool(same.filter(made_at=row.made_at).update(**fresh))
    return same.get(), is_ours


def _replay(row: KeptAnswer, fingerprint: str) -> HttpResponse:
    if row.fingerprint != fingerprint:
        raise _refused(
            f"This {HEADER} was used for another request; take a new one.", "idempotency_key_reused"
        )
    return HttpResponse(
        decrypt(row.answer),
        status=row.status,
        content_type="application/json",
        headers={**row.headers, REPLAYED: "true"},
    )


def _keep(row: KeptAnswer, answer: HttpResponseBase) -> None:
    row.status = answer.status_code
    row.headers = {name: answer[name] for name in _KEPT_HEADERS if name in answer.headers}
    row.answer = encrypt(_content(answer).decode())
    row.save(update_fields=["status", "headers", "answer"])


def _content(answer: HttpResponseBase) -> bytes:
    if isinstance(answer, Response):
        return to_bytes(answer.data)
    if isinstance(answer, HttpResponse):
        return answer.content
    raise TypeError("a door that creates answers at once, not by a stream")


def _fingerprint(request: Request) -> str:
    """Return what makes a request the same: where it goes and what its JSON says."""
    said = json.dumps(request.data, sort_keys=True).encode()
    place = f"{request.method} {request.get_full_path()}\n"
    return sha256(place.encode("utf-8", "replace") + said).hexdigest()


def _refused(detail: str, code: str) -> Invalid:
    problem = {"header": HEADER, "code": code, "detail": detail}
    return Invalid(detail, code=code, extra={"errors": [problem]})
