"""The budgets hold in the tree, and each notices when it is broken."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.architecture import budgets

ROOT = Path(__file__).parents[2]
PRODUCT = (
    "config",
    "core",
    "notify",
    "incidents",
    "oncall",
    "statuspage",
    "postmortems",
    "tools",
    "bench",
)


def sources(*folders: str) -> dict[str, str]:
    """Return path -> text of every hand-written Python file below these folders."""
    paths = [
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts
    ]
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in paths}


def faults(check: Callable[[str], Iterator[str]], *folders: str) -> str:
    """Return what a budget finds, a line each with its file."""
    found = [
        f"{path}: {fault}" for path, text in sources(*folders).items() for fault in check(text)
    ]
    return "\n".join(found)


def test_files_and_functions_are_short():
    assert faults(budgets.too_long, *PRODUCT, "tests") == ""


def test_everything_is_typed():
    assert faults(budgets.untyped, *PRODUCT) == ""


def test_imports_stand_at_the_top():
    assert faults(budgets.hidden_imports, *PRODUCT, "tests") == ""


def test_nothing_is_put_off():
    assert faults(budgets.put_off, *PRODUCT, "tests") == ""


def test_no_state_is_changed_behind_the_state_machine():
    # notify's outbox has no state machine: its rows are claimed by conditional update (design.md 1)
    with_a_machine = [name for name in PRODUCT if name != "notify"]
    assert faults(budgets.state_updates, *with_a_machine) == ""


def test_ignores_are_few_and_say_which_error():
    # the checker of ignores names its own pattern, so tests are not searched
    assert faults(budgets.bare_ignores, *PRODUCT) == ""
    counts = {
        path: number
        for path, text in sources(*PRODUCT).items()
        if (number := budgets.ignores(text))
    }
    assert sum(counts.values()) <= budgets.IGNORES, counts


def test_no_module_is_a_drawer():
    assert [
        path for path in sources(*PRODUCT, "tests") if Path(path).stem in {"utils", "helpers"}
    ] == []
    assert not [path for folder in PRODUCT for path in (ROOT / folder).rglob("utils")]


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (budgets.too_long, "x = 1\n" * 300, "x = 1\n" * 301),
        (budgets.too_long, "# why\n\n" * 400, "def f():\n" + "    x = 1\n" * 50),
        (
            budgets.too_long,
            'def f():\n    """A.\n' + "    b\n" * 60 + '    """\n',
            "x = [\n" + "    1,\n" * 300 + "]\n",
        ),
        (
            budgets.untyped,
            "def f(self, a: int, *b: int, **c: int) -> None: ...",
            "def f(a) -> None: ...",
        ),
        (
            budgets.untyped,
            "class A:\n    def f(self) -> None: ...",
            "class A:\n    def f(self): ...",
        ),
        (budgets.untyped, "lambda a: a", "def f(*, a: int, **b) -> None: ..."),
        (budgets.hidden_imports, "import os", "def f():\n    if 1:\n        from os import path"),
        (budgets.put_off, "# done", "# TO" + "DO later"),
        (budgets.bare_ignores, "x = 1  # type: ignore[misc]  # a reason", "x = 1  # type: ignore"),
        (
            budgets.state_updates,
            "Incident.objects.update(at=1)",
            "Incident.objects.filter(a=1).update(\n    at=1, state=2)",
        ),
    ],
)
def test_each_budget_passes_what_is_within_and_names_what_is_not(check, good, bad):
    assert list(check(good)) == []
    assert list(check(bad)) != []
