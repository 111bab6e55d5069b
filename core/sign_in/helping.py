"""What an Administrator does for somebody who has lost every second factor."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction

from core.actor import Actor
from core.errors import NotPossible
from core.models import SignIn, User
from core.permissions import require
from core.sign_in import audit


def has_factors(user: User) -> bool:
    """Return whether this person has a second factor of any kind."""
    return bool(Authenticator.objects.filter(user=user).exists())


def remove_factors(user_id: int, *, by: Actor, at: datetime) -> str:
    """Remove every second factor of a person and end their sessions; the password alone lets them in again."""
    require(by, "core.edit_people")
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=user_id)
        gone, _ = Authenticator.objects.filter(user=user).delete()
        if not gone:
            raise NotPossible(f"{user.display_name} has no second factor.")
        for open_session in UserSession.objects.filter(user=user):
            open_session.end()
        audit.record(None, SignIn.Event.FACTOR_REMOVED, user, why=f"all of them, by {by.label}")
    return (
        f"{user.display_name} signs in with the password alone until a new second factor is added."
    )
