"""Whether anything burns: the lamp, the number beside Incidents, and what the search finds."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count as Number
from django.db.models import Min, Q
from django.http import HttpRequest
from django.urls import reverse

from core.admin.rights import allows
from core.memo import once_per_request
from core.models import User
from core.navigation import Count, Found, Lamp
from core.templatetags.house import short_of
from incidents.admin.forms import has_number
from incidents.models import Incident, Service
from incidents.playbook import label, severity_for
from incidents.playbook.lifecycle import State


@dataclass(frozen=True, slots=True)
class Glance:
    """How much is open, in one statement."""

    there: int
    unheld: int
    worst: int
    since: datetime | None


@once_per_request
def glance() -> Glance:
    """Return what is open now: how many, how many of rank 1 and since when, how many nobody has."""
    found = Incident.objects.open().aggregate(
        there=Number("pk"),
        unheld=Number("pk", filter=Q(state=State.DETECTED)),
        worst=Number("pk", filter=Q(rank=1)),
        since=Min("opened_at", filter=Q(rank=1)),
    )
    return Glance(found["there"], found["unheld"], found["worst"], found["since"])


def lamp(user: User, at: datetime) -> Lamp:
    """Return the lamp of the top bar."""
    url = reverse("admin:incidents_incident_changelist")
    now = glance()
    if now.worst and now.since:
        word = _word_of_rank_one()
        return Lamp(f"{now.worst} {word} · {short_of(at - now.since)}", url, fire=True)
    if not now.there:
        return Lamp("Nothing on fire", url)
    if now.unheld:
        return Lamp(f"{now.there} open, {now.unheld} nobody has", url, fire=True)
    return Lamp(f"{now.there} open", url)


def _word_of_rank_one() -> str:
    oldest = Incident.objects.open().filter(rank=1).select_related("playbook").first()
    return severity_for(oldest.playbook.playbook, 1).code if oldest else "SEV-1"


def open_incidents(user: User, at: datetime) -> Count | None:
    """Return the number beside Incidents; loud while nobody has one of them."""
    now = glance()
    said = f"{now.there} open, {now.unheld} nobody has" if now.unheld else f"{now.there} open"
    return Count(now.there, said, loud=bool(now.unheld))


def search(request: HttpRequest, words: str, most: int) -> list[Found]:
    """Return incidents by number or words of the title, and services by name; at most `most` of each."""
    if not allows(request, "incidents.view"):
        return []
    return [*_incidents(words, most), *_services(words, most)]


def _incidents(words: str, most: int) -> list[Found]:
    number = has_number(words)
    wanted = Q(title__icontains=words)
    if number.isdecimal() and len(number) < 19:
        wanted |= Q(pk=int(number))
    rows = (
        Incident.objects.filter(wanted).select_related("service", "playbook").order_by("-pk")[:most]
    )
    return [
        Found(
            f"{row.label} {row.title}",
            f"{severity_for(row.playbook.playbook, row.rank).code}, "
            f"{label(row.playbook.playbook, row.state)}, {row.service.name}",
            reverse("admin:incidents_incident_change", args=[row.pk]),
            "Incidents",
            "alert",
        )
        for row in rows
    ]


def _services(words: str, most: int) -> list[Found]:
    rows = Service.objects.filter(Q(name__icontains=words) | Q(slug__icontains=words))
    return [
        Found(
            row.name,
            row.team.name,
            reverse("admin:incidents_service_change", args=[row.pk]),
            "Services",
            "list",
        )
        for row in rows.select_related("team").order_by("name")[:most]
    ]
