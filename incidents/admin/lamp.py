"""Whether anything burns: the lamp, the number beside Incidents, and what the search finds."""

from collections.abc import Sequence
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
from incidents.admin.screen_side import is_web
from incidents.lists.books import books_of
from incidents.lists.rows import titled
from incidents.models import Incident, PlaybookVersion, Service
from incidents.playbook import Playbook, label, severity_for
from incidents.playbook.lifecycle import State
from incidents.rules.numbers import number_of


@dataclass(frozen=True, slots=True)
class Glance:
    """How much is open, in one statement."""

    there: int
    unheld: int
    worst: int
    since: datetime | None
    book: tuple[int, str] | None


@once_per_request
def glance() -> Glance:
    """Return what is open now: how many, how many nobody has; of rank 1 how many, since when, by which playbook."""
    of_each = Incident.objects.open().order_by().values_list("playbook", "playbook__checksum")
    found = of_each.annotate(
        there=Number("pk"),
        unheld=Number("pk", filter=Q(state=State.DETECTED)),
        worst=Number("pk", filter=Q(rank=1)),
        since=Min("opened_at", filter=Q(rank=1)),
    )
    rows = list(found)
    burning = [(since, (book, checksum)) for book, checksum, _, _, _, since in rows if since]
    since, book = min(burning, default=(None, None))
    there, unheld, worst = (sum(row[place] for row in rows) for place in (2, 3, 4))
    return Glance(there, unheld, worst, since, book)


def lamp(user: User, at: datetime) -> Lamp:
    """Return the lamp of the top bar."""
    url = reverse("admin:incidents_incident_changelist")
    now = glance()
    if now.book and now.since:
        word = severity_for(books_of([now.book])[now.book[0]], 1).code
        return Lamp(f"{now.worst} {word} · {short_of(at - now.since)}", url, fire=True)
    if not now.there:
        return Lamp("Nothing on fire", url)
    if now.unheld:
        return Lamp(f"{now.there} open, {now.unheld} nobody has", url, fire=True)
    return Lamp(f"{now.there} open", url)


def open_incidents(user: User, at: datetime) -> Count | None:
    """Return the number beside Incidents; loud while nobody has one of them."""
    now = glance()
    said = f"{now.there} open, {now.unheld} nobody has" if now.unheld else f"{now.there} open"
    return Count(now.there, said, loud=bool(now.unheld))


def search(request: HttpRequest, words: str, most: int) -> list[Found]:
    """Return incidents by number or words of the title, services, runbooks and playbooks; at most `most` of each.

    Runbooks: those of services, by the service's name or the address; those in playbooks, by title or alert.
    """
    if not allows(request, "incidents.view"):
        return []
    books = _present_books()
    runbooks = [*_runbooks(words, most), *_written_runbooks(books, words)]
    return [
        *_incidents(words, most),
        *_services(words, most),
        *runbooks[:most],
        *_playbooks(books, words)[:most],
    ]


def _incidents(words: str, most: int) -> list[Found]:
    number = number_of(words)
    wanted = titled(words)
    if number is not None:
        wanted |= Q(pk=number)
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


def _runbooks(words: str, most: int) -> list[Found]:
    hit = Q(runbook_url__icontains=words) | Q(name__icontains=words) | Q(slug__icontains=words)
    rows = Service.objects.filter(hit).exclude(runbook_url="").order_by("name")[:most]
    return [
        Found(f"Runbook of {row.name}", row.runbook_url, row.runbook_url, "Runbooks", "page")
        for row in rows
        if is_web(row.runbook_url)
    ]


def _present_books() -> list[tuple[int, Playbook]]:
    """Return the latest version of each playbook with its number as a row; each is read once per process."""
    rows = PlaybookVersion.objects.order_by("slug", "number")
    latest = {
        slug: (pk, checksum) for slug, pk, checksum in rows.values_list("slug", "pk", "checksum")
    }
    return list(books_of(latest.values()).items())


def _written_runbooks(books: Sequence[tuple[int, Playbook]], words: str) -> list[Found]:
    return [
        Found(one.title, f"in the playbook {book.name}", _page_of(pk), "Runbooks", "page")
        for pk, book in books
        for one in book.runbooks
        if _holds(words, one.title, *one.alert_names)
    ]


def _playbooks(books: Sequence[tuple[int, Playbook]], words: str) -> list[Found]:
    return [
        Found(book.name, book.slug, _page_of(pk), "Playbooks", "list")
        for pk, book in books
        if _holds(words, book.name, book.slug)
    ]


def _page_of(playbook: int) -> str:
    return reverse("admin:incidents_playbookversion_change", args=[playbook])


def _holds(words: str, *texts: str) -> bool:
    return any(words.casefold() in text.casefold() for text in texts)
