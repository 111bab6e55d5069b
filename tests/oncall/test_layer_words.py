"""A layer's hours in words."""

from datetime import time

import pytest

from oncall import rota
from oncall.admin.rotations import hours
from tests.oncall.rota.scenes import rotation


@pytest.mark.parametrize(
    ("windows", "said"),
    [
        ([(day, 0, day, 8) for day in range(7)], "every day 00:00 to 08:00"),
        ([(day, 9, day, 17) for day in range(5)], "Mon to Fri 09:00 to 17:00"),
        ([(0, 9, 0, 17), (2, 9, 2, 17)], "Mon, Wed 09:00 to 17:00"),
        ([(4, 20, 0, 8)], "Fri 20:00 to Mon 08:00"),
        ([(day, 22, (day + 1) % 7, 6) for day in range(7)], "every day 22:00 to 06:00"),
        ([(0, 9, 1, 17)], "Mon 09:00 to Tue 17:00"),
        (
            [(5, 0, 5, 8), (5, 12, 5, 20), (6, 0, 6, 8)],
            "Sat, Sun 00:00 to 08:00, Sat 12:00 to 20:00",
        ),
        ([], ""),
    ],
)
def test_the_hours_of_a_layer_are_said_as_people_say_them(
    windows: list[tuple[int, int, int, int]], said: str
) -> None:
    told = tuple(rota.Window(a, time(b), c, time(d)) for a, b, c, d in windows)
    assert hours(rotation(windows=told)) == said
