"""What the parties of a swap are told at each step."""

from datetime import datetime

from core.actor import Actor
from core.people import administrators
from oncall.actions.scope import managers_of, takers
from oncall.actions.shift_notices import Word, tell
from oncall.models import ContactMethod, Swap
from oncall.rota.civil import to_wall

ANYBODY = "anybody of the schedule or its team"
_SUBJECTS = {
    "open": "{owner} looks for somebody to take a shift of {schedule}",
    "asked": "{by} asks for a swap of your shift of {schedule}",
    "offered": "{owner} asks you to take a shift of {schedule}",
    "accepted": "A swap of {schedule} waits for your approval",
    "applied": "The swap of {schedule} is in force",
    "declined": "The swap of {schedule} was declined",
    "withdrawn": "The swap of {schedule} was withdrawn",
    "reverted": "The swap of {schedule} was undone",
    "stale": "The swap of {schedule} no longer fits",
}


def tell_swap(swap: Swap, step: str, *, by: Actor | None, at: datetime) -> None:
    """Tell everybody whom a step concerns, but not the one who took it."""
    names = {
        "owner": swap.owner.display_name, "schedule": swap.schedule.name, "by": by.label if by else "",
    }  # fmt: skip
    lines = [_leg(swap, leg) for leg in swap.legs.all()]
    if step == "stale":
        lines.append(
            "The schedule was changed, and the shift is no longer its owner's. Nobody covers it by this swap."
        )
    if swap.note:
        lines.append(f"“{swap.note}”")
    if by is not None:
        lines.append(f"Said by {by.label}.")
    word = Word(
        f"swap:{swap.pk}:{step}:{swap.taker_id or 0}", _SUBJECTS[step].format(**names), lines,
        f"/admin/oncall/swap/{swap.pk}/change/",
    )  # fmt: skip
    actor = by.user.pk if by is not None and by.user is not None else None
    tell(_readers(swap, step, at) - {actor}, word, at=at)


def tell_offer(swap: Swap, *, by: Actor, at: datetime) -> None:
    """Tell who is asked: the taker, or whoever may take it and can be paged; and the owner that somebody asks for them."""
    tell_swap(swap, "offered" if swap.taker_id else "open", by=by, at=at)
    tell_swap(swap, "asked", by=by, at=at)


def _readers(swap: Swap, step: str, at: datetime) -> set[int]:
    parties = {swap.owner_id, *([swap.taker_id] if swap.taker_id else [])}
    if (
        step == "accepted"
    ):  # a party approves nothing: where no other manager is, an Administrator does
        others = {*managers_of(swap.schedule)} - parties
        return others or {*administrators().values_list("pk", flat=True)} - parties
    if step == "asked":
        return {swap.owner_id}
    if step == "open":
        asked = takers(swap.schedule, at)
        reached = ContactMethod.objects.usable().filter(responder__user__in=asked)
        return {*reached.values_list("responder__user_id", flat=True)} - {swap.owner_id}
    if step == "offered":
        return parties - {swap.owner_id}
    return parties


def _leg(swap: Swap, leg: object) -> str:
    zone = swap.schedule.zone
    taker = swap.taker.display_name if swap.taker else "somebody"
    giver, other = swap.owner.display_name, taker
    starts, ends, is_return = (getattr(leg, name) for name in ("starts_at", "ends_at", "is_return"))
    if is_return:
        giver, other = other, giver
    span = (
        f"{to_wall(starts, zone):%a %d %b %H:%M} to {to_wall(ends, zone):%a %d %b %H:%M} ({zone})"
    )
    return f"{other} serves instead of {giver} from {span}."
