"""The people of a layer's slots, as a form takes and shows them: names with commas between, or nobody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from core.admin.pickers import NAMED, Picks, called, folded, meant, refusal
from core.models import User
from oncall.actions.specs import MOST_PEOPLE

NOBODY = "nobody"
MOST_ZONES = 40


@dataclass(frozen=True, slots=True)
class Slot:
    """What a text says: people by id, nobody for none; or, in `wrong`, why it is refused."""

    people: tuple[int, ...] = ()
    wrong: str = ""


class Names:
    """Whom slots may name, to one reader. `told`: the ids of those whom the layer names already."""

    def __init__(self, reader: User, told: Iterable[int] = ()) -> None:
        self.rows = User.objects.filter(is_active=True)
        known = self.rows.in_bulk(set(told))
        self._texts = {pk: called(row).text for pk, row in known.items()}
        self.picks = Picks("people", self.rows, reader, first=known.values())

    @property
    def zones(self) -> list[str]:
        """Return the time zones to suggest: UTC and those of people, MOST_ZONES of them at most."""
        used = self.rows.order_by("time_zone").values_list("time_zone", flat=True).distinct()
        return sorted({"UTC", *used[:MOST_ZONES]})

    def write(self, people: Sequence[int]) -> str:
        """Return a slot as it is typed."""
        return ", ".join(self._texts[pk] for pk in people if pk in self._texts) or NOBODY

    def read(self, texts: Mapping[str, str]) -> dict[str, Slot]:
        """Return what each text says, by its key. The people of all slots are read together."""
        parts = {key: _parts(text) for key, text in texts.items()}
        known = meant(self.rows, (part for some in parts.values() for part in some[:MOST_PEOPLE]))
        found, wrong = dict[str, Slot](), 0
        for key, some in parts.items():
            near = self.rows if wrong < NAMED else self.rows.none()  # looking for the nearest costs
            found[key] = _slot(some, known, near)
            wrong += bool(found[key].wrong)
        return found


def _parts(text: str) -> list[str]:
    if text.casefold() in {NOBODY, "-"}:
        return []
    return [part.strip() for part in text.split(",") if part.strip()]


def _slot(parts: Sequence[str], known: Mapping[str, list[User]], near: QuerySet[User]) -> Slot:
    if len(parts) > MOST_PEOPLE:
        return Slot(wrong=f"A slot has at most {MOST_PEOPLE} people.")
    people: list[int] = []
    for part in parts:
        rows = known.get(folded(part), [])
        if len(rows) != 1:
            return Slot(wrong=refusal(near, part, rows))
        people.append(rows[0].pk)
    return Slot(tuple(dict.fromkeys(people)))
