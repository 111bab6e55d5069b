"""An incident's number is read in one way, wherever it is typed."""

import pytest

from incidents.rules.numbers import number_of


@pytest.mark.parametrize(("text", "number"), [
    ("INC-12", 12), ("inc-12", 12), ("12", 12), (" INC-0012 ", 12), ("9" * 18, int("9" * 18)),
    ("", None), ("INC-", None), ("0", None), ("INC-0", None), ("-12", None), ("12a", None), ("INC 12", None),
    ("9" * 19, None), ("١٢", None), ("12\0", None),
])  # fmt: skip
def test_a_number_is_what_people_say_or_the_digits_alone(text: str, number: int | None) -> None:
    assert number_of(text) == number
