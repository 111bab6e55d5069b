"""Is this the password of that person? One lookup and one hash, whatever the answer, so that time tells nothing."""

import unicodedata
from dataclasses import dataclass
from typing import Any

import orjson
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db.models import Q
from django.http import HttpRequest

from core.expressions import JsonList, gathered
from core.models import User
from core.models.people import right_by

LONGEST = 254
_SAME_NAME = 20


@dataclass(frozen=True, slots=True)
class Verdict:
    """`user`: who may go on; `named`: whom the typed name means, if anybody; `why`: why nobody may."""

    user: User | None
    named: User | None
    why: str = ""


def normal(typed: str) -> str:
    """Return a typed name in the one form that is compared and counted: NFKC, without case, without edges."""
    return unicodedata.normalize("NFKC", typed).strip()[:LONGEST].upper().lower()


def named(typed: str) -> User | None:
    """Return whom a user name or e-mail address means; None for nobody, or for more than one."""
    wanted, plain = normal(typed), unicodedata.normalize("NFKC", typed).strip()[:LONGEST]
    asked = Q(username__iexact=plain) | Q(email__iexact=plain)
    found = (
        list(User.objects.filter(asked).order_by("pk")[:_SAME_NAME]) if "\0" not in plain else []
    )
    by_name = [user for user in found if normal(user.username) == wanted]
    exact = [user for user in by_name if user.username == plain]
    by_mail = [user for user in found if user.email and normal(user.email) == wanted]
    chosen = exact or by_name or by_mail
    return chosen[0] if len(chosen) == 1 else None


def why_not(user: User) -> str:
    """Return why a person may not come in by any door, or ""."""
    if not user.is_active:
        return "the person is disabled"
    return "" if user.is_staff else "the person may not sign in"


def judge(typed: str, password: str) -> Verdict:
    """Return who may go on. Every refusal costs the same."""
    person = named(typed)
    if person is None:
        make_password(password)
        return Verdict(None, None, "nobody has this name")
    if not person.check_password(password):
        return Verdict(None, person, "wrong password")
    reason = why_not(person)
    return Verdict(None if reason else person, person, reason)


class HouseBackend(ModelBackend):
    """Django's question to us, and who a session belongs to: nobody who may no longer come in."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """Return the person of this name and password, or None."""
        return judge(username, password).user if username and password else None

    def user_can_authenticate(self, user: Any) -> bool:
        """Return whether a session of this person still holds."""
        return isinstance(user, User) and not why_not(user)

    def get_user(self, user_id: int) -> User | None:
        """Return whom a session belongs to, with their right, in one statement; None where it no longer holds."""
        groups = gathered(Group.objects.all(), "user", JsonList("name"))
        user = User.objects.filter(pk=user_id).annotate(group_names=groups).first()
        if user is None or not self.user_can_authenticate(user):
            return None
        names = orjson.loads(vars(user).pop("group_names") or "[]")
        user.right = right_by(names, is_superuser=user.is_superuser)
        return user
