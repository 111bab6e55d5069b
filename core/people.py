"""Rules about people that hold for every door: somebody must always be able to administer."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from core.models import User

ADMINISTRATOR = "Administrator"


def administrators() -> QuerySet[User]:
    """Return every Administrator who may sign in, by group or as a superuser, each once, in a fixed order."""
    by_group = Q(groups__name=ADMINISTRATOR)
    found = User.objects.filter(by_group | Q(is_superuser=True), is_active=True, is_staff=True)
    return found.order_by("pk").distinct()


def is_last_administrator(user: User) -> bool:
    """Return whether `user` is the only Administrator who may sign in."""
    everyone = administrators()
    return everyone.filter(pk=user.pk).exists() and not everyone.exclude(pk=user.pk).exists()


def lock_administrators() -> None:
    """Let only one person at a time change who is an Administrator; for use inside a transaction."""
    list(Group.objects.select_for_update(no_key=True).filter(name=ADMINISTRATOR))


def why_needed(user: User) -> list[str]:
    """Return why `user` can't leave now, as sentences: what upper apps say, and the last Administrator."""
    found = [
        text for path in settings.PANELS["person_needed"] for text in import_string(path)(user)
    ]
    if is_last_administrator(user):
        found.append(f"{user.display_name} is the last Administrator.")
    return found
