"""What a door says of itself: its operations, query parameters and path parts, for the schema and the documents."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.api.shapes import Piece, Shape, text, whole

USUAL, LARGEST = 50, 200
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Parameter:
    """One query parameter of a door's GET: its name, what it may be, whether it must be there."""

    name: str
    piece: Piece
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of a door.

    `answer`: what a success holds (None: no body). `status`: of a success; a POST that answers 201 creates, and so
    takes an Idempotency-Key, which Door sees to. `takes`: the JSON body. `refuses`: statuses of refusals besides those that
    every operation has. `is_versioned`: the answer has an ETag; GET heeds If-None-Match, the others If-Match.
    `codes`: error codes that only it gives, each with its meaning. `media`: what a success is, where it is no JSON: a
    file, and `answer` is None.
    """

    summary: str
    answer: Shape | None
    status: int = 200
    takes: Shape | None = None
    refuses: tuple[int, ...] = ()
    is_versioned: bool = False
    detail: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    media: str = ""

    @property
    def creates(self) -> bool:
        """Return whether it makes something new, which a repeat must not make twice."""
        return self.status == 201


def paging(by: str = "id") -> tuple[Parameter, ...]:
    """Return the parameters of a list in the order of its primary key, which answers call `by`."""
    return (
        Parameter("cursor", text("Where the page begins; take `next` and `previous` as they are.")),
        Parameter("page_size", whole(f"How many rows; {USUAL} unless told.", 1, LARGEST)),
        Parameter("ordering", text("Newest first unless told.", one_of=[f"-{by}", by])),
    )


PAGING = paging()
ID = whole("The number in the address.", 1, LARGEST_ID)
SLUG = text("The short name in the address.", longest=50)


def names(parameters: Iterable[Parameter]) -> frozenset[str]:
    """Return the names of parameters."""
    return frozenset(parameter.name for parameter in parameters)
