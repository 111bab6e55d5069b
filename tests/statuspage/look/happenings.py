"""What happened to the bookshop: incidents and planned work, for the tests of the look."""

from datetime import UTC, datetime

from statuspage.look.shape import (
    Affected,
    Change,
    Incident,
    Maintenance,
    Postmortem,
    Promises,
    Stage,
    State,
    Update,
)

OP, DE, PA = State.OPERATIONAL, State.DEGRADED, State.PARTIAL
MA, MT, ND = State.MAJOR, State.MAINTENANCE, State.NO_DATA
MINUTE = 60


def at(clock: str, day: int = 21, month: int = 11) -> datetime:
    """Give an instant of 2026 from "14:05"."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


CARDS = Incident(
    id="k2v9",
    title="Card payments failing for some customers",
    url="/incidents/k2v9",
    started_at=at("14:05"),
    next_update_by=at("15:15"),
    advice="pay by bank transfer or gift card. Both work normally.",
    promises=Promises(updates=3, late=0),
    atom="/incidents/k2v9.atom",
    affected=(Affected("Payments", PA, "Buying"), Affected("Checkout", DE, "Buying")),
    updates=(
        Update(
            "1",
            Stage.INVESTIGATING,
            at("14:11"),
            "Some card payments fail at the last step of checkout. We are looking into it.",
            (Change("Payments", OP, PA),),
        ),
        Update(
            "2",
            Stage.IDENTIFIED,
            at("14:26"),
            "Card payments are refused by one of our two processors. We have sent half of the "
            "traffic to the other one. Checkout is slow while it catches up.",
            (Change("Checkout", OP, DE),),
        ),
        Update(
            "3",
            Stage.IDENTIFIED,
            at("14:47"),
            "The card processor has confirmed a fault on its side and is moving traffic to its "
            "second site. About 1 in 4 card payments still fails. Failed payments are not charged.",
        ),
    ),
)
EBOOKS = Incident(
    id="e1b0",
    title="E-book downloads unavailable",
    url="/incidents/e1b0",
    started_at=at("20:31", 12),
    ended_at=at("21:55", 12),
    summary="An expired storage certificate was replaced.",
    promises=Promises(updates=4, late=0),
    affected=(
        Affected("E-book downloads", MA, "E-books", seconds=12 * MINUTE),
        Affected("Reader sync", PA, "E-books", seconds=84 * MINUTE),
    ),
    postmortem=Postmortem(
        "The certificate of our file storage expired at 20:30 UTC. Downloads stopped; apps that "
        "were syncing tried again and again and slowed Reader sync down.\n\n"
        "**What went well:** monitoring noticed within one minute. **What did not:** the renewal "
        "job had been failing for nine days and its warning went to a mailbox nobody reads.\n\n"
        "**What we change:** certificates under 14 days now wake the person on call (done 17 "
        "November); sync clients wait longer between attempts (due 1 December).",
        at("10:00", 14),
    ),
    updates=(
        Update(
            "1",
            Stage.INVESTIGATING,
            at("20:36", 12),
            "E-book downloads fail and Reader sync is unreliable. We are looking into it.",
            (Change("E-book downloads", OP, MA), Change("Reader sync", OP, PA)),
        ),
        Update(
            "2",
            Stage.IDENTIFIED,
            at("20:43", 12),
            "A storage certificate has expired. Downloads work again from the second copy; a new "
            "certificate is being installed.",
            (Change("E-book downloads", MA, OP),),
        ),
        Update(
            "3",
            Stage.MONITORING,
            at("21:22", 12),
            "The new certificate is in place on all servers. We are watching the backlog drain.",
        ),
        Update(
            "4",
            Stage.RESOLVED,
            at("21:55", 12),
            "Downloads and sync have worked normally for 30 minutes.",
            (Change("Reader sync", PA, OP),),
        ),
    ),
)
SLOW = Incident(
    id="s10w",
    title="Slow recommendations",
    url="/incidents/s10w",
    started_at=at("09:12", 16),
    ended_at=at("09:30", 16),
    affected=(Affected("Recommendations", DE),),
    updates=(
        Update(
            "1",
            Stage.RESOLVED,
            at("09:30", 16),
            "A cache was emptied by mistake and refilled by 09:30. Nothing else was affected.",
        ),
    ),
)
REPLACED = Maintenance(
    id="m1",
    title="sync servers replaced",
    url="/maintenance/m1",
    starts_at=at("02:00", 7),
    ends_at=at("04:00", 7),
    began_at=at("02:00", 7),
    ended_at=at("04:00", 7),
    affected=("Reader sync",),
)
UPGRADE = Maintenance(
    id="m2",
    title="Reader sync database upgrade",
    url="/maintenance/m2",
    starts_at=at("02:00", 22),
    ends_at=at("04:00", 22),
    affected=("Reader sync",),
    note="Reading positions are saved on your device and sync afterwards.",
)
MAJOR_NAMES = (
    *("website", "search", "catalogue", "checkout", "payments", "gift_cards"),
    *("order_tracking", "e_book_downloads", "sign_in"),
)
UNREACHABLE = Incident(
    id="w0w0",
    title="Website and apps unreachable",
    url="/incidents/w0w0",
    started_at=at("14:31"),
    next_update_by=at("15:05"),
    advice="nothing is needed from you. Orders placed before 14:31 UTC are safe and will be sent.",
    promises=Promises(updates=2, late=0),
    affected=(
        *(Affected(name.replace("_", " ").capitalize(), MA) for name in MAJOR_NAMES),
        Affected("Recommendations", PA),
        Affected("Account settings", PA),
    ),
    updates=(
        Update(
            "1",
            Stage.INVESTIGATING,
            at("14:36"),
            "The website, the apps and sign-in cannot be reached. We are looking into it.",
            tuple(Change(name.replace("_", " ").capitalize(), OP, MA) for name in MAJOR_NAMES),
        ),
        Update(
            "2",
            Stage.INVESTIGATING,
            at("14:50"),
            "Our main network entry does not answer. We have ruled out an attack. The cause is "
            "not known yet.",
        ),
    ),
)
