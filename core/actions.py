"""Use cases of core: make and rotate API tokens, record beats."""

from datetime import datetime, timedelta

from django.db import transaction

from core.actor import Actor
from core.errors import Invalid, NotAllowed, NotFound, NotPossible
from core.models import ApiToken, Heartbeat, User
from core.permissions import require
from core.rights import Right
from core.secrets import digest, new_token

TOKEN_LIFE = timedelta(days=365)
NAME_LIMIT = 80


def make_token(user: User, *, scope: str, by: Actor, at: datetime, name: str = "token") -> str:
    """Return a new API token for `user`, as plain text, once. Two of one name may live at a time."""
    if user.pk != by.user_id:
        require(by, "core.make_token_for_others")
    if Right.named(by.ceiling) < Right.ADMINISTRATOR:
        raise NotAllowed("A token can't make tokens; sign in.")
    if not 1 <= len(name) <= NAME_LIMIT:
        raise Invalid.field("/name", f"Write a name of 1 to {NAME_LIMIT} characters.")
    if scope not in ApiToken.Scope.values:
        raise Invalid.field("/scope", f"{scope} is not a scope; write read, write or admin.")
    plain = new_token("wbt_")
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        live = ApiToken.objects.filter(user=user, name=name, revoked_at=None)
        live.filter(expires_at__lte=at).update(revoked_at=at)
        taken = set(live.values_list("slot", flat=True))
        free = [slot for slot in (1, 2) if slot not in taken]
        if not free:
            raise NotPossible(f"Two tokens named {name} are live already; revoke one first.")
        ApiToken.objects.create(
            user=user,
            name=name,
            scope=scope,
            slot=free[0],
            prefix=plain[:12],
            digest=digest(plain),
            created_at=at,
            expires_at=at + TOKEN_LIFE,
        )
    return plain


def revoke_token(token_id: int, *, by: Actor, at: datetime) -> None:
    """End a token at once; ending it twice changes nothing."""
    with transaction.atomic():
        token = ApiToken.objects.select_for_update(no_key=True).filter(pk=token_id).first()
        if token is None:
            raise NotFound(f"There is no token {token_id}.")
        if token.user_id != by.user_id:
            require(by, "core.make_token_for_others")
        if token.revoked_at is None:
            token.revoked_at = at
            token.save(update_fields=["revoked_at"])


def beat(part: str, *, at: datetime, detail: dict[str, object] | None = None) -> None:
    """Record that `part` (engine, tasks, watchdog) was alive at `at`."""
    Heartbeat.objects.update_or_create(part=part, defaults={"beat_at": at, "detail": detail or {}})
