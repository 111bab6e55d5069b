"""Where a person can be reached, for the person's own answer: wired as `person_addresses` in PROVIDERS."""

from typing import Any

from notify.addresses import masked
from oncall.models import ContactMethod


def addresses_of(user_id: int, *, is_whole: bool) -> list[dict[str, Any]]:
    """Return the person's addresses in their order, masked unless `is_whole`; never a secret or a code."""
    rows = ContactMethod.objects.filter(responder__user=user_id).order_by("position", "pk")
    return [
        {
            "channel": row.channel,
            "address": row.address if is_whole else masked(row.address),
            "verified_at": row.verified_at,
            "disabled_at": row.disabled_at,
            "last_ok_at": row.last_ok_at,
        }
        for row in rows
    ]
