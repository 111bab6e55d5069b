"""A screen's query budget (design.md, style.md E15): a full page costs what a short one costs, and not too much."""

from collections import Counter
from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext

FEW, MANY = 3, 30


def statements(ask: Callable[[], object]) -> list[str]:
    """Return the statements that one call runs on the default database."""
    with CaptureQueriesContext(connection) as captured:
        ask()
    return [query["sql"] for query in captured.captured_queries]


def assert_flat(ask: Callable[[], object], more: Callable[[int], object], *, most: int) -> None:
    """Fail unless `ask` runs as many statements over 30 rows as over 3, and at most `most`.

    `more` adds that many rows to what the screen shows; `ask` asks for it, and has to check the answer
    itself. The first call isn't counted: it fills what a process remembers.
    """
    more(FEW)
    ask()
    short = statements(ask)
    more(MANY - FEW)
    full = statements(ask)
    repeated = Counter(map(shape, full)) - Counter(map(shape, short))
    story = "\n".join(f"{count} more of: {text}" for text, count in repeated.most_common(5))
    assert len(full) == len(short), f"{len(short)} for {FEW} rows, {len(full)} for {MANY}\n{story}"
    assert len(full) <= most, f"{len(full)} statements, {most} allowed:\n" + "\n".join(
        text[:200] for text in full
    )


def shape(statement: str) -> str:
    """Return a statement without what it asks for by value, so that like ones are counted together."""
    return statement.split(" WHERE ", maxsplit=1)[0][:200]
