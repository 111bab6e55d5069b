"""What the search over everything finds among people and teams."""

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from core.admin.rights import allows
from core.models import Team, User
from core.navigation import Found


def search(request: HttpRequest, words: str, most: int) -> list[Found]:
    """Return people by name or username and teams by name; at most `most` of each."""
    if not allows(request, "core.view"):
        return []
    return [*_people(words, most), *_teams(words, most)]


def _people(words: str, most: int) -> list[Found]:
    named = Q()
    for word in words.split()[:4]:
        named &= (
            Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(username__icontains=word)
        )
    return [
        Found(
            row.display_name,
            row.username,
            reverse("admin:core_user_change", args=[row.pk]),
            "People",
            "user",
        )
        for row in User.objects.filter(named, is_active=True).order_by("username")[:most]
    ]


def _teams(words: str, most: int) -> list[Found]:
    return [
        Found(
            row.name, row.slug, reverse("admin:core_team_change", args=[row.pk]), "Teams", "people"
        )
        for row in Team.objects.filter(name__icontains=words).order_by("name")[:most]
    ]
