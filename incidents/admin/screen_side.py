"""What stands beside the story: who has which role, what fires, and what to read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from core.admin.panel import Panel
from incidents.admin.screen_rows import Rows
from incidents.models import Alert, RoleAssignment, RoleOffer, TimelineEntry
from incidents.playbook.practice import Runbook
from incidents.playbook.response import Role

RAIL = ("roles", "page", "check", "alerts", "proof", "runbook", "postmortem")
FIRING, ENDED = 8, 3


@dataclass(frozen=True, slots=True)
class RoleRow:
    """One role of the playbook, who has it, and to whom it is offered."""

    role: Role
    held: RoleAssignment | None
    offer: RoleOffer | None
    is_mine: bool
    is_offered_to_me: bool
    is_needed: bool
    waits_long: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a checklist. `value`: what its button sends; `line`: who ticked it and when."""

    text: str
    value: str
    line: TimelineEntry | None


@dataclass(frozen=True, slots=True)
class Alerts:
    """The alerts as drawn: what fires, the latest ended, and the rest behind a fold."""

    firing: Sequence[Alert]
    ended: Sequence[Alert]
    rest: Sequence[Alert]
    unseen: int
    counts: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """Links that may be followed as (address, words, host), and the playbook's own runbook for what fires."""

    links: Sequence[tuple[str, str, str]]
    runbook: Runbook | None


def rail(rows: Rows) -> list[Panel]:
    """Return the panels of the rail in their fixed order; what is not in the list comes last."""
    found = [_roles(rows), *_checklists(rows), _alerts(rows), _reading(rows)]
    panels = [
        panel for panel in [*found, *rows.panels] if panel is not None and panel.area != "wide"
    ]
    return sorted(panels, key=_place)


def _place(panel: Panel) -> int:
    name = panel.key.partition("-")[0]
    return RAIL.index(name) if name in RAIL else len(RAIL)


def _roles(rows: Rows) -> Panel | None:
    if not rows.incident.is_declared or not (rows.incident.is_live or rows.holders):
        return None
    shown = [_role_row(rows, role) for role in rows.book.roles]
    return Panel(
        "Roles", key="roles", area="rail", template="incidents/incident/_roles.html", data=shown
    )


def _checklists(rows: Rows) -> Iterable[Panel]:
    """Yield each checklist that a step waits for; its key is its anchor."""
    for one in rows.checklists:
        items = [
            Item(text, f"{one.key} {number}", rows.ticks.get((one.key, number)))
            for number, text in enumerate(one.items, 1)
        ]
        done = sum(item.line is not None for item in items)
        yield Panel(
            one.title, key=f"check-{one.key}", area="rail", count=f"{done} of {len(items)} done",
            template="incidents/incident/_checklist.html", data=items,
        )  # fmt: skip


def _role_row(rows: Rows, role: Role) -> RoleRow:
    held, offer = rows.holders.get(role.key), rows.offers.get(role.key)
    patience = rows.book.handoff.tell_both_after.elapsed
    return RoleRow(
        role=role,
        held=held,
        offer=offer,
        is_mine=held is not None and held.user_id == rows.by.user_id,
        is_offered_to_me=offer is not None and offer.user_id == rows.by.user_id,
        is_needed=rows.incident.is_live and _is_needed(rows, role.key),
        waits_long=bool(offer and patience and rows.at - offer.offered_at > patience),
    )


def _is_needed(rows: Rows, key: str) -> bool:
    return any(
        one.role == key and one.need != "optional" and rows.incident.rank in one.ranks
        for one in rows.book.role_requirements
    )


def _alerts(rows: Rows) -> Panel:
    firing = [alert for alert in rows.alerts if alert.state == Alert.State.FIRING]
    ended = [alert for alert in rows.alerts if alert.state != Alert.State.FIRING]
    data = Alerts(
        firing=firing[:FIRING],
        ended=ended[:ENDED],
        rest=[*firing[FIRING:], *ended[ENDED:]],
        unseen=sum(rows.alert_counts) - len(rows.alerts),
        counts=rows.alert_counts,
    )
    return Panel(
        "Alerts", key="alerts", area="rail", template="incidents/incident/_alerts.html", data=data
    )


def _reading(rows: Rows) -> Panel | None:
    links = [(url, words, urlsplit(url).netloc) for url, words in _links(rows)]
    names = {str(alert.labels.get("alertname", "")) for alert in rows.alerts}
    runbook = next((book for book in rows.book.runbooks if names & set(book.alert_names)), None)
    if not links and runbook is None:
        return None
    data = Reading(links, runbook)
    return Panel(
        "To read",
        key="runbook",
        area="rail",
        template="incidents/incident/_reading.html",
        data=data,
    )


def _links(rows: Rows) -> Iterable[tuple[str, str]]:
    """Return (address, words), each address once: the service's runbook, then what the alerts brought."""
    service = rows.incident.service
    found: dict[str, str] = {}
    if is_web(service.runbook_url):
        found[service.runbook_url] = f"Runbook of {service.name}"
    for alert in rows.alerts:
        for link in alert.links if isinstance(alert.links, list) else ():
            href, text = str(link.get("href", "")), str(link.get("text", ""))
            if is_web(href) and len(found) < 8:
                found.setdefault(href, text or href)
    return found.items()


def is_web(address: str) -> bool:
    """Return whether an address may be a link: http or https, with a host."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)
