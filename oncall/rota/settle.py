"""What overrides and absences do to the holders of one seat at one moment."""

from collections.abc import Sequence

from oncall.rota.shapes import Absence, Holder, Holders, Override, Users

_Stand = dict[tuple[int, int | None], Override]


def holder_of(override: Override) -> Holder:
    """Return the holder that a cover or an addition brings; raise ValueError without a user."""
    if override.user is None:
        raise ValueError(f"a {override.kind} names who serves")
    return Holder(override.user, override.layer, override.source, override.seq)


def covered(holders: Holders, covers: Sequence[Override]) -> Holders:
    """Let the latest of these covers take a layer's place; ``covers`` come in the order of ``seq``."""
    return (holder_of(covers[-1]),) if covers else holders


def overridden(holders: Holders, active: Sequence[Override]) -> Holders:
    """Let overrides speak: covers, then additions, then substitutes, then removals.

    ``active`` come in the order of ``seq``; of two covers, or two substitutes of one person, the
    later one speaks. What is removed leaves a hole that no layer below fills.
    """
    covers, extra = [o for o in active if o.kind == "cover"], [o for o in active if o.kind == "add"]
    found = [*covered(holders, covers), *map(holder_of, extra)]
    stands: _Stand = {
        (o.subject, o.layer): o for o in active if o.kind == "substitute" and o.subject is not None
    }
    if stands:
        found = [_stood_in(one, stands) for one in found]
    out = {(o.subject, o.layer) for o in active if o.kind == "remove"}
    if out:
        found = [h for h in found if not out & {(h.user, None), (h.user, h.layer)}]
    return each_once(found)


def each_once(holders: Sequence[Holder]) -> Holders:
    """Keep the first holder of each person: nobody holds a seat twice."""
    if len(holders) < 2:
        return tuple(holders)
    return tuple({one.user: one for one in reversed(holders)}[user] for user in _users(holders))


def present(holders: Holders, away: Sequence[Absence], slots: Sequence[Users]) -> Holders:
    """Pass the turn of who is away to the next person of the rotation who is not; else drop it."""
    absent = {one.user for one in away}
    if not absent.intersection(one.user for one in holders):
        return holders
    serving = tuple(one.user for one in holders)
    order = _following(serving, slots)
    found: list[Holder] = []
    for one in holders:
        if one.user not in absent:
            found.append(one)
            continue
        taken = absent.union(serving, (holder.user for holder in found))
        stand_in = next((user for user in order if user not in taken), None)
        if stand_in is not None:
            found.append(Holder(stand_in, one.layer, "unavailability"))
    return tuple(found)


def cycle(overrides: Sequence[Override]) -> tuple[int, ...]:
    """Return people who stand in for each other in a circle at one moment, or none.

    ``overrides`` are those that overlap in time; only substitutes count.
    """
    stands: _Stand = {
        (o.subject, o.layer): o
        for o in overrides
        if o.kind == "substitute" and o.subject is not None
    }
    for subject, layer in stands:
        seen, user = [subject], stands[subject, layer].user
        while user is not None and user not in seen:
            seen.append(user)
            following = stands.get((user, layer)) or stands.get((user, None))
            user = following.user if following else None
        if user == subject:
            return tuple(seen)
    return ()


def _users(holders: Sequence[Holder]) -> Users:
    return tuple(dict.fromkeys(one.user for one in holders))


def _stood_in(holder: Holder, stands: _Stand) -> Holder:
    seen = {holder.user}
    while True:
        stand = stands.get((holder.user, holder.layer)) or stands.get((holder.user, None))
        if stand is None or stand.user is None or stand.user in seen:
            return holder
        seen.add(stand.user)
        holder = Holder(stand.user, holder.layer, stand.source, stand.seq)


def _following(serving: Users, slots: Sequence[Users]) -> Users:
    """Give everybody of the rotation in the order in which they come after ``serving``."""
    place = slots.index(serving) if serving in slots else 0
    ahead = [*slots[place + 1 :], *slots[: place + 1]]
    return tuple(dict.fromkeys(user for slot in ahead for user in slot))
