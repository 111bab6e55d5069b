"""The people of a schedule as its picture draws them: a tint and a pattern by their place in the rotations."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q

from core.models import User
from oncall import rota

TINTS = ("blue", "orange", "green", "violet", "teal", "amber")
PATTERNS = ("back", "slant", "dots", "rows", "bars", "net")
NOBODY = "Nobody"
_USABLE = Q(
    responder__is_active=True,
    is_active=True,
    responder__contacts__verified_at__isnull=False,
    responder__contacts__disabled_at=None,
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One person. `short`: what fits on a bar; `channels`: how many addresses a page would go to."""

    user: User
    short: str
    tint: str
    pattern: str
    channels: int

    @property
    def name(self) -> str:
        """Return the name."""
        return self.user.display_name

    @property
    def initials(self) -> str:
        """Return the letters of the avatar."""
        return "".join(word[0] for word in self.name.split()[:2]).upper() or "?"

    @property
    def fill(self) -> str:
        """Return the name of the pattern in the picture's definitions."""
        return f"cal-{self.tint}-{self.pattern}"

    @property
    def trouble(self) -> str:
        """Return why a page would not reach the person, "" where it would."""
        if not self.user.is_active:
            return "can't sign in any more"
        return "" if self.channels else "can't be reached: no confirmed contact"


class People(dict[int, Drawn]):
    """Everybody whom a picture may name, by id."""

    def names(self, ids: Iterable[int]) -> str:
        """Return these people's names, Nobody for none."""
        return ", ".join(self[pk].name for pk in ids if pk in self) or NOBODY

    def shorts(self, ids: Iterable[int]) -> str:
        """Return these people's short names, Nobody for none."""
        return ", ".join(self[pk].short for pk in ids if pk in self) or NOBODY


def order(plan: rota.Plan) -> tuple[int, ...]:
    """Return everybody whom a plan names, in the order in which tints are given out.

    Those of the rotations come first, the first seat and the highest priority before the others.
    """
    stacked = sorted(
        plan.rotations, key=lambda one: (rota.SEATS.index(one.seat), -one.priority, one.layer)
    )
    turns = [user for one in stacked for slot in one.slots for user in slot]
    called = [user for one in plan.overrides for user in (one.user, one.subject) if user]
    served = [row.holder.user for row in plan.ledger.rows] if plan.ledger else []
    return tuple(dict.fromkeys([*turns, *called, *served]))


def people_of(ids: Iterable[int], *more: int) -> People:
    """Return these people, drawn in this order; `more` are read with them. One statement."""
    wanted = [*dict.fromkeys([*ids, *more])]
    rows = User.objects.filter(pk__in=wanted).annotate(
        channels=Count("responder__contacts", filter=_USABLE)
    )
    known = {row.pk: row for row in rows}
    short = _short(known)
    places = {pk: place for place, pk in enumerate(pk for pk in wanted if pk in known)}
    return People(
        {pk: _drawn(known[pk], short[pk], place) for pk, place in places.items()},
    )


def _drawn(user: "User", short: str, place: int) -> Drawn:
    turn, tint = divmod(place, len(TINTS))
    pattern = PATTERNS[(tint + turn) % len(PATTERNS)]
    return Drawn(
        user, short, TINTS[tint], pattern, getattr(user, "channels", 0),
    )  # fmt: skip


def _short(known: Mapping[int, User]) -> dict[int, str]:
    """Return first names, and whole names of those who share one."""
    firsts = {pk: (user.display_name.split() or [user.username])[0] for pk, user in known.items()}
    often = Counter(firsts.values())
    return {
        pk: first if often[first] == 1 else known[pk].display_name for pk, first in firsts.items()
    }
