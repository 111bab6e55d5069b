"""A bookshop's public page at one Saturday afternoon: values for the tests of the look."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from statuspage.look.shape import (
    Component,
    ComponentPage,
    DayCause,
    DayRun,
    Days,
    Group,
    HistoryPage,
    IncidentPage,
    Links,
    Maintenance,
    MonthLink,
    MonthRow,
    PublicPage,
    Site,
    Stage,
    State,
    Update,
)
from tests.statuspage.look.happenings import (
    CARDS,
    DE,
    EBOOKS,
    MA,
    MAJOR_NAMES,
    MINUTE,
    MT,
    ND,
    OP,
    PA,
    REPLACED,
    SLOW,
    UNREACHABLE,
    UPGRADE,
    at,
)

NOW = datetime(2026, 11, 21, 14, 52, 7, tzinfo=UTC)
FIRST = date(2026, 8, 24)

SITE = Site(
    name="Northwind Books",
    zone="UTC",
    as_of=NOW,
    written_at=NOW,
    due_at=NOW + timedelta(minutes=1),
    links=Links(
        home="/",
        history="/history",
        stylesheet="/static/statuspage/status.css",
        rss="/history.rss",
        atom="/history.atom",
        json="/api/v2/summary.json",
        support="mailto:help@northwind.example",
        product="https://northwind.example/",
    ),
)


def days(*marks: tuple[int, State, int], first: date = FIRST, total: int = 90) -> Days:
    """Give days that were operational but for the marks: (place of the day, state, minutes)."""
    weights = {MA: 1.0, PA: 0.3, DE: 1.0}
    runs, reached = [], 0
    for place, state, minutes in sorted(marks, key=lambda mark: mark[0]):
        if place > reached:
            runs.append(DayRun(OP, place - reached))
        weighted = int(minutes * MINUTE * weights.get(state, 0))
        runs.append(DayRun(state, 1, minutes * MINUTE, weighted))
        reached = place + 1
    if reached < total:
        runs.append(DayRun(OP, total - reached))
    return Days(first, tuple(runs))


def component(
    name: str, state: State = OP, *marks: tuple[int, State, int], **more: object
) -> Component:
    """Give a component whose days hold the marks."""
    slug = str(more.pop("id_", name.lower().replace(" ", "")[:12]))
    values = {"uptime": "100.00", "days": days(*marks)} | more
    return Component(slug, name, f"/components/{slug}", state, **values)


def shop(**states: State) -> tuple[Group, ...]:
    """Give the shop's 14 components; a keyword sets a component's present state."""

    def one(name: str, *marks: tuple[int, State, int], uptime: str = "100.00") -> Component:
        state = states.get(name.lower().replace(" ", "_").replace("-", "_"), OP)
        today = () if state is OP else ((89, state, 47),)
        since = None if state is OP else at("14:05")
        return component(name, state, *marks, *today, uptime=uptime, since=since)

    hooks = Days(FIRST, (DayRun(ND, 38), DayRun(OP, 52)))
    return (
        Group(
            "Storefront",
            (
                one("Website", (42, DE, 18)),
                one("Search", (26, DE, 18), (71, DE, 130)),
                one("Catalogue", (58, MT, 120)),
                one("Recommendations", (37, DE, 130), (84, DE, 18)),
            ),
        ),
        Group(
            "Buying",
            (
                one("Checkout", (28, DE, 18), (67, PA, 25), uptime="99.99"),
                one("Payments", (11, PA, 25), (45, DE, 18), (67, MA, 65), uptime="99.93"),
                one("Gift cards", (67, PA, 25), uptime="99.99"),
                one("Order tracking"),
            ),
        ),
        Group(
            "E-books",
            (
                one("E-book downloads", (58, MT, 120), (80, MA, 12), uptime="99.99"),
                one("Reader sync", (75, MT, 120), (80, PA, 84), uptime="99.98"),
            ),
        ),
        Group("Accounts", (one("Sign-in"), one("Account settings"))),
        Group(
            "For publishers",
            (
                one("Publisher API", (19, DE, 18)),
                replace(one("Sales webhooks"), days=hooks),
            ),
        ),
    )


QUIET = PublicPage(
    site=SITE,
    groups=shop(),
    maintenance_planned=(UPGRADE,),
    past=(EBOOKS, SLOW),
    past_maintenance=(REPLACED,),
    last_ended_at=SLOW.ended_at,
    this_month="/history/2026-11",
)
PARTIAL = replace(QUIET, groups=shop(payments=PA, checkout=DE), open_incidents=(CARDS,))


def at_its_start(groups: tuple[Group, ...], since: datetime) -> tuple[Group, ...]:
    """Give the groups with the ill components ill since then."""
    return tuple(
        replace(
            group,
            components=tuple(replace(c, since=c.since and since) for c in group.components),
        )
        for group in groups
    )


MAJOR = replace(
    QUIET,
    groups=at_its_start(
        shop(recommendations=PA, account_settings=PA, **dict.fromkeys(MAJOR_NAMES, MA)),
        at("14:31"),
    ),
    open_incidents=(UNREACHABLE,),
)
WORKING = replace(
    QUIET,
    groups=at_its_start(shop(e_book_downloads=MT, reader_sync=MT), at("14:00")),
    maintenance_planned=(
        Maintenance(
            "m4",
            "Payment certificates renewed",
            "",
            at("05:00", 24),
            at("05:30", 24),
            ("Payments",),
            "No interruption expected.",
        ),
        Maintenance(
            "m5",
            "Warehouse link moved to a new line",
            "",
            at("23:00", 26),
            at("03:00", 27),
            ("Order tracking",),
            "Positions of parcels may be up to 4 hours old.",
            moved_from=date(2026, 11, 25),
        ),
    ),
    maintenance_now=(
        replace(
            UPGRADE,
            starts_at=at("14:00"),
            ends_at=at("16:00"),
            began_at=at("14:00"),
            affected=("Reader sync", "E-book downloads"),
            next_update_by=at("15:30"),
            advice="keep reading. Reading positions are saved on your device and sync afterwards.",
            updates=(
                Update(
                    "1",
                    Stage.IN_PROGRESS,
                    at("14:00"),
                    "The upgrade has begun. New downloads wait in a queue until it ends.",
                ),
            ),
        ),
    ),
)
EMPTY = PublicPage(site=SITE, reports_since=date(2026, 11, 19))


def many(count: int, groups: int, *, busy: bool) -> PublicPage:
    """Give a page of many components in groups; busy: with a history full of marks."""
    chance = random.Random(7)
    states = (DE, DE, PA, PA, MA, MT)
    made = []
    for group in range(groups):
        rows = []
        for number in range(count // groups):
            marks = {
                chance.randrange(89): (chance.choice(states), chance.choice((18, 25, 65, 130)))
                for _ in range(chance.choice((0, 1, 1, 2) if busy else (0, 0, 0, 1)))
            }
            name = ("Checkout", "Payments", "Search")[number] if number < 3 else f"Part {number}"
            ill = group in (3, 4) and number < 2
            state = (DE, PA)[number] if ill else OP
            today = ((89, state, 47),) if ill else ()
            rows.append(
                component(
                    name,
                    state,
                    *((place, *mark) for place, mark in marks.items()),
                    *today,
                    uptime=f"99.{chance.randrange(90, 100)}",
                    since=at("14:05") if ill else None,
                    id_=f"{chance.getrandbits(48):012x}",
                )
            )
        made.append(Group(f"Country {group + 1}", tuple(rows), uptime="99.97"))
    return replace(QUIET, groups=tuple(made), open_incidents=(CARDS,))


OPEN_PAGE = IncidentPage(SITE, CARDS, components=14)
OVER_PAGE = IncidentPage(SITE, EBOOKS, components=14)
PAYMENTS = ComponentPage(
    site=SITE,
    component=replace(
        PARTIAL.groups[1].components[1],
        days=Days(
            FIRST,
            tuple(
                replace(run, causes=(DayCause(title, f"/incidents/c{place}"),)) if title else run
                for place, (run, title) in enumerate(
                    zip(
                        PARTIAL.groups[1].components[1].days.runs,
                        (
                            "",
                            "Bank redirects timing out",
                            "",
                            "Slow card checks",
                            "",
                            "Checkout errors after a release",
                            "",
                            CARDS.title,
                        ),
                        strict=True,
                    )
                )
            ),
        ),
    ),
    description="Card, bank transfer and gift card payments on the website and in the apps.",
    incident=CARDS,
    months=(
        MonthRow(date(2026, 11, 1), "/history/2026-11", "99.95", 1, 47 * MINUTE),
        MonthRow(date(2026, 10, 1), "/history/2026-10", "99.85", 2, 83 * MINUTE),
        MonthRow(date(2026, 9, 1), "/history/2026-09", "99.98", 1, 25 * MINUTE),
        MonthRow(date(2026, 8, 1), "/history/2026-08", "100.00", 0, 0),
    ),
    atom="/components/payments.atom",
)
NOVEMBER = HistoryPage(
    site=SITE,
    first=date(2026, 11, 1),
    url="/history/2026-11",
    days=days(
        (6, MT, 120), (11, MA, 84), (15, DE, 18), (20, PA, 47), first=date(2026, 11, 1), total=21
    ),
    incidents=(CARDS, EBOOKS, SLOW),
    maintenances=(REPLACED,),
    affected_seconds=149 * MINUTE,
    previous=MonthLink(date(2026, 10, 1), "/history/2026-10", None),
    others=(
        MonthLink(date(2026, 10, 1), "/history/2026-10", 4),
        MonthLink(date(2026, 9, 1), "/history/2026-09", 1),
        MonthLink(date(2026, 8, 1), "/history/2026-08", 0),
    ),
)
