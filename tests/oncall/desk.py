"""What the tests of schedules' screens share: people who look, addresses, and what a page says."""

from html import unescape
from typing import Any

from django.test import Client

from core.models import Team, User
from oncall.models import Layer, RotationSlot, RotationVersion, Schedule
from tests.core import admin_scene as scene
from tests.factories import AResponder, AUser


def text(reply: Any) -> str:
    """Return a page with its entities read."""
    return unescape(reply.content.decode())


def words(reply: Any) -> str:
    """Return what a page says, without its marks, blanks folded."""
    out, inside = [], False
    for letter in reply.content.decode():
        inside = letter == "<" or (inside and letter != ">")
        out.append(" " if inside or letter == ">" else letter)
    return " ".join(unescape("".join(out)).split())


def manager(team: Team, name: str = "mona") -> tuple[User, Client]:
    """Return a manager of the team and their browser."""
    user = AUser(username=name, first_name=name.title(), manages=team)
    return user, scene.signed_in(user)


def someone(name: str, **more: Any) -> User:
    """Return a person who can be paged, called by that first name."""
    user: User = AUser(username=name.lower(), first_name=name, **more)
    AResponder(user=user)
    return user


def page(row: Any, more: str = "change/") -> str:
    """Return an address of a row's pages."""
    return f"/admin/oncall/{type(row).__name__.lower()}/{row.pk}/{more}"


def press(browser: Client, row: Any, button: str, **typed: Any) -> Any:
    """Press a button of a row's screen."""
    return browser.post(page(row, f"press/{button}/"), typed, follow=True)


def a_layer(schedule: Schedule, people: list[User], name: str, **version: Any) -> Layer:
    """Add a layer that turns weekly on Monday 09:00 since early 2026, unless told otherwise."""
    layer = Layer.objects.create(schedule=schedule, name=name)
    told = {"anchor_local": "2026-01-05T09:00", "time_zone": schedule.time_zone, **version}
    row = RotationVersion.objects.create(layer=layer, **told)
    for place, user in enumerate(people):
        RotationSlot.objects.create(version=row, position=place, user=user)
    return layer
