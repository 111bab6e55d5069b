"""What the links of a subscriber hold: made of a secret of its own, bound to a purpose, kept hashed.

The secret stands encrypted in the row, so that each message can say its links again, also on a retry.
"""

from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from core.secrets import decrypt, digest, encrypt, new_token
from statuspage.models import Page, Subscriber

CONFIRM_LIFE = timedelta(hours=24)
MANAGE_LIFE = timedelta(days=365)
RENEWED_BEFORE = timedelta(days=30)
CONFIRM, MANAGE, LEAVE = "confirm", "manage", "leave"


def give_secret(row: Subscriber) -> None:
    """Give a new subscriber the secret that its links are made of; the caller saves."""
    secret = new_token("")
    row.leave_secret, row.leave_hash = encrypt(secret), digest(secret)


def give_confirming(row: Subscriber, at: datetime, life: timedelta = CONFIRM_LIFE) -> None:
    """Open the confirming link, for a day unless told; an older one stops working. The caller saves."""
    row.confirm_until = at + life
    row.confirm_hash = digest(confirming(row))


def give_managing(row: Subscriber, at: datetime) -> None:
    """Open a fresh managing link; an older one stops working. The caller saves."""
    row.manage_until = at + MANAGE_LIFE
    row.manage_hash = digest(_made(row, MANAGE, row.manage_until))


def leaving(row: Subscriber) -> str:
    """Return the token that ends a subscription; it never expires."""
    return decrypt(row.leave_secret)


def confirming(row: Subscriber) -> str:
    """Return the token that confirms; "" where none is open."""
    return _made(row, CONFIRM, row.confirm_until) if row.confirm_until else ""


def managing(row: Subscriber, at: datetime) -> str:
    """Return the token of the managing link, renewed and saved where it would end soon."""
    if row.manage_until is None or row.manage_until < at + RENEWED_BEFORE:
        give_managing(row, at)
        row.save(update_fields=["manage_hash", "manage_until"])
    return _made(row, MANAGE, row.manage_until) if row.manage_until else ""


def find(page: Page, purpose: str, token: str, at: datetime) -> Subscriber | None:
    """Return whose link it is, and is still open at `at`; None for any other token."""
    wanted: dict[str, object] = {f"{purpose}_hash": digest(token)}
    if purpose != LEAVE:
        wanted[f"{purpose}_until__gt"] = at
    return Subscriber.objects.select_related("page").filter(page=page, **wanted).first()


def _made(row: Subscriber, purpose: str, until: datetime) -> str:
    said = f"{row.public_id}:{until.timestamp():.0f}:{leaving(row)}"
    return salted_hmac(f"statuspage.{purpose}", said, algorithm="sha256").hexdigest()
