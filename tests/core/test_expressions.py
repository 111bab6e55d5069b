"""Columns that both databases write alike, and statements that are compiled once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from core.api.formats import instant
from core.expressions import (
    Count,
    Instant,
    JsonList,
    JsonMap,
    JsonRow,
    Marked,
    Nested,
    gathered,
    instant_of,
)  # fmt: skip
from core.models import Membership, Team, User
from core.prepared import Prepared, many, one
from tests.factories import ATeam, AUser

pytestmark = pytest.mark.django_db
HOSTILE = ['"', "\\", 'a"b\\c', "<script>", "'; --", "\u202e\u00e9\U0001f525", "=", "{}"]


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
        datetime(2026, 11, 23, 9, 0, 0, 500_000, tzinfo=UTC),
        datetime(2026, 11, 23, 9, 0, 0, 120, tzinfo=UTC),
        datetime(2026, 11, 23, 9, 0, 0, 1, tzinfo=UTC),
        datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ],
)
def test_an_instant_is_written_as_the_api_writes_it(at: datetime) -> None:
    user = AUser(last_login=at)

    [text] = User.objects.filter(pk=user.pk).values_list(Instant("last_login"), flat=True)

    assert instant_of(text) == instant(at)


def test_an_instant_that_is_not_there_stays_null() -> None:
    AUser(last_login=None)

    assert User.objects.values_list(Instant("last_login"), flat=True).get() is None


def test_rows_are_gathered_as_json_whatever_they_hold() -> None:
    team, empty = ATeam(), ATeam()
    for name in HOSTILE:
        AUser(username=name, first_name=name, member_of=team)
    columns = {
        "number": gathered(Membership.objects.all(), "team", Count("pk")),
        "names": gathered(Membership.objects.all(), "team", JsonList("user__username")),
        "by_name": gathered(
            Membership.objects.all(), "team", JsonMap("user__username", "user__first_name")
        ),
        "pairs": gathered(
            Membership.objects.all(), "team", JsonList(Marked("role", "user__username"))
        ),
    }
    found = {row["pk"]: row for row in Team.objects.values("pk", **columns)}

    full, none = found[team.pk], found[empty.pk]
    assert (full["number"], none["number"]) == (len(HOSTILE), 0)
    assert sorted(orjson.loads(full["names"])) == sorted(HOSTILE)
    assert orjson.loads(full["by_name"]) == {name: name for name in HOSTILE}
    assert sorted(orjson.loads(full["pairs"])) == sorted(f"member={name}" for name in HOSTILE)
    assert orjson.loads(none["names"] or "[]") == []
    assert orjson.loads(none["by_name"] or "{}") == {}


def test_json_stands_in_json() -> None:
    team = ATeam(slug="web")
    AUser(username="ana", member_of=team)
    names = Nested(gathered(Membership.objects.all(), "team", JsonList("user__username")))

    [row] = Team.objects.values_list(JsonRow("slug", names), flat=True)

    assert row == ["web", ["ana"]]


def _teams() -> Any:
    return (
        Team.objects.filter(pk__in=many("ids"), slug=one("slug"))
        .order_by("pk")
        .values_list("pk", "slug")
    )


def test_a_prepared_statement_takes_other_values_each_time() -> None:
    prepared = Prepared(_teams)
    teams = [ATeam(slug=name) for name in ("a", "b'; --", "c")]
    ids = [team.pk for team in teams]

    for _ in range(4):  # beyond the runs after which the server keeps its plan
        for team in teams:
            assert prepared.rows(ids=ids, slug=team.slug) == [(team.pk, team.slug)]
        assert prepared.rows(ids=[], slug="a") == []
        assert prepared.rows(ids=ids[1:], slug="a") == []


def test_a_prepared_statement_compares_instants() -> None:
    user = AUser(last_login=datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    prepared = Prepared(lambda: User.objects.filter(last_login__gt=one("at")).values_list("pk"))

    for _ in range(4):
        at = user.last_login - timedelta(microseconds=1)
        assert prepared.rows(at=at) == [(user.pk,)]
        assert prepared.rows(at=user.last_login) == []


def test_a_prepared_statement_lives_in_the_transaction_around_it() -> None:
    prepared = Prepared(_teams)
    ATeam(slug="kept")

    ids: list[int] = []

    def begin_and_fail() -> None:
        with transaction.atomic():
            ids.append(ATeam(slug="gone").pk)
            assert prepared.rows(ids=ids, slug="gone")
            ATeam(slug="kept")

    with pytest.raises(IntegrityError):
        begin_and_fail()

    assert prepared.rows(ids=ids, slug="gone") == []


def test_what_wraps_statements_wraps_these_too() -> None:
    def refuse(*_: Any) -> Any:
        raise OperationalError("away")

    with connection.execute_wrapper(refuse), pytest.raises(OperationalError):
        Prepared(_teams).rows(ids=[1], slug="a")
