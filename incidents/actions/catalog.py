"""Sources, and the keys by which they are known."""

import secrets
import string
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from core.actor import Actor
from core.errors import Invalid, NotFound, NotPossible
from core.permissions import require
from core.secrets import digest, new_hex
from incidents.models import Service, Source, SourceKey
from incidents.parsers import FORMATS

LIVE_KEYS = 2
_ID_LETTERS = string.ascii_lowercase + string.digits
_ID_LENGTH = 10


def make_source(
    name: str, *, form: str, service: Service, by: Actor, at: datetime
) -> tuple[Source, str]:
    """Add a source of wire format `form` (a key of FORMATS) with its first key.

    Returns the source and the key as plain text, this once. Raises NotAllowed, Invalid.
    """
    require(by, "incidents.edit_source", service)
    if form not in FORMATS:
        raise Invalid.field(
            "/format", f"There is no format {form}; there are {', '.join(FORMATS)}."
        )
    source = Source(name=name, format=form, service=service, created_at=at)
    try:
        source.full_clean()
    except ValidationError as error:
        raise Invalid.fields(error.message_dict) from error
    with transaction.atomic():
        source.save(force_insert=True)
        return source, _add_key(source, at)


def new_key(source_id: int, *, by: Actor, at: datetime) -> str:
    """Add a key to a source and return it as plain text, this once; the other one goes on working.

    A key is `imk_`, ten characters that are shown for ever, `_` and 256 random bits; for a PagerDuty
    source 32 lower-case hexadecimal characters, because its senders check the length (Events API v2).
    Raises NotFound, NotAllowed, NotPossible when two are live.
    """
    with transaction.atomic():
        source = _locked(source_id, "incidents.rotate_key", by)
        return _add_key(source, at)


def revoke_key(key_id: int, *, by: Actor, at: datetime) -> None:
    """End a key; its sender is refused within a second. Ending it twice changes nothing."""
    with transaction.atomic():
        key = SourceKey.objects.filter(pk=key_id).first()
        if key is None:
            raise NotFound("There is no such key.")
        _locked(key.source_id, "incidents.rotate_key", by)
        SourceKey.objects.filter(pk=key_id, revoked_at=None).update(revoked_at=at)


def switch_source(source_id: int, *, on: bool, by: Actor, at: datetime) -> Source:
    """Switch a source on or off; while off its sender is answered 410. Repeating it changes nothing."""
    with transaction.atomic():
        source = _locked(source_id, "incidents.edit_source", by)
        if on is (source.disabled_at is not None):
            source.disabled_at = None if on else at
            source.save(update_fields=["disabled_at"])
        return source


def ingest_url(source: Source, key: str) -> str:
    """Return where the sender posts: with the key in the path, or PagerDuty's own path, whose key is in the body."""
    if source.format == "pagerduty":
        return f"{settings.SITE_URL}/v2/enqueue"
    return f"{settings.SITE_URL}/in/{source.format}/{key}/"


def _locked(source_id: int, verb: str, by: Actor) -> Source:
    rows = Source.objects.select_related("service").filter(pk=source_id)
    source = rows.select_for_update(no_key=True, of=("self",)).first()
    if source is None:
        raise NotFound(f"There is no source {source_id}.")
    require(by, verb, source)
    return source


def _add_key(source: Source, at: datetime) -> str:
    taken = set(source.keys.filter(revoked_at=None).values_list("slot", flat=True))
    free = [slot for slot in range(1, LIVE_KEYS + 1) if slot not in taken]
    if not free:
        raise NotPossible(f"{source.name} has two live keys already; revoke one first.")
    plain, prefix = _fresh(source.format)
    SourceKey.objects.create(
        source=source, slot=free[0], prefix=prefix, digest=digest(plain), created_at=at
    )
    return plain


def _fresh(form: str) -> tuple[str, str]:
    """Return a new key and the beginning of it that may be shown."""
    if form == "pagerduty":
        plain = new_hex(16)
        return plain, plain[:6]
    shown = "imk_" + "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_LENGTH))
    return f"{shown}_{secrets.token_urlsafe(32)}", shown
