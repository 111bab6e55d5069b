"""JSON in and out: one form of instants, and strict bodies (corpus rows 2, 3, 4, 9, 10, 14, 17, 18)."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from core.api.bodies import Body
from core.api.formats import OrjsonRenderer, instant
from core.errors import Invalid
from incidents.models import Incident
from tests.conftest import Clock
from tests.core.api.callers import a_caller, assert_problem, shelve_playbooks
from tests.factories import AService

BODIES = [
    (b"{", 400, "malformed_json"),
    (b'{"title": "a\nb"}', 400, "malformed_json"),
    (b'{"severity": NaN}', 400, "malformed_json"),
    (b'{"title": "\xff"}', 400, "bad_encoding"),
    ('{"title": "a"}'.encode("utf-16"), 400, "bad_encoding"),
    (b"[]", 422, "object_required"),
    (b"null", 422, "object_required"),
    (b'"x"', 422, "object_required"),
    (b"5", 422, "object_required"),
    (b'{"title": "a\\u0000b"}', 422, "nul_character"),
    (b'{"a\\u0000b": 1}', 422, "nul_character"),
    (b'{"title": "\\ud800"}', 422, "lone_surrogate"),
    (b'{"title": "a", "title": "b"}', 422, "duplicate_keys"),
    (b'{"severity": 1e999}', 422, "number_out_of_range"),
    (b'{"severity": ' + b"9" * 5000 + b"}", 422, "number_out_of_range"),
    (b'{"title": ' + b"[" * 5000 + b"]" * 5000 + b"}", 422, "json_too_deep"),
]
MEDIA_TYPES = [
    "",
    "text/plain",
    "application/xml",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json; charset=utf-16",
    "application/json; charset=nonsense",
    "x" * 1000,
]


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
        datetime(2026, 11, 23, 9, 0, 0, 120_000, tzinfo=UTC),
        datetime(2026, 11, 23, 10, 0, tzinfo=timezone(timedelta(hours=1))),
    ],
)
def test_every_instant_has_one_form(at: datetime) -> None:
    text = instant(at)

    assert len(text) == len("2026-11-23T09:00:00.000000Z")
    assert text.startswith("2026-11-23T09:00:00.")
    assert text.endswith("Z")
    assert OrjsonRenderer().render({"at": at}) == f'{{"at":"{text}"}}'.encode()


def test_what_has_no_json_form_is_a_bug_and_not_a_text() -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        OrjsonRenderer().render({"secret": object()})


@pytest.mark.django_db
def test_a_body_that_is_not_clean_is_refused_and_changes_nothing(clock: Clock) -> None:
    caller = a_caller()

    for content, status, code in BODIES:
        problem = assert_problem(caller.send("POST", "incidents/", content=content), status, code)

        assert ("errors" in problem) == (status == 422)
    assert not Incident.objects.exists()


@pytest.mark.django_db
def test_a_body_that_is_not_declared_as_json_is_415(clock: Clock) -> None:
    caller = a_caller()

    for media_type in MEDIA_TYPES:
        answer = caller.send("POST", "incidents/", content=b"{}", media_type=media_type)

        assert_problem(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize("media_type", ["application/json", "Application/JSON; charset=UTF-8"])
@pytest.mark.django_db
def test_json_is_taken_in_any_spelling(clock: Clock, media_type: str) -> None:
    shelve_playbooks()
    slug = AService().slug.encode()
    body = b'{"title": "Down", "severity": 4, "service": "' + slug + b'"}'

    answer = a_caller().send("POST", "incidents/", content=body, media_type=media_type)

    assert answer.status_code == 201


def read(document: dict[str, Any]) -> tuple[str, int, bool]:
    body = Body(document)
    found = body.text("title", required=True, longest=5), body.number("rank", 1, 4), body.flag("on")
    body.done()
    return found


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ({"title": "x"}, ("x", 0, False)),
        ({"title": "12345", "rank": 4, "on": True}, ("12345", 4, True)),
        ({"title": "x", "rank": None, "on": None}, ("x", 0, False)),
    ],
)
def test_fields_are_read_by_name_and_type(
    document: dict[str, Any], found: tuple[str, int, bool]
) -> None:
    assert read(document) == found


@pytest.mark.parametrize(
    ("document", "problems"),
    [
        ({}, [("/title", "required")]),
        ({"title": None}, [("/title", "required")]),
        ({"title": "  "}, [("/title", "required")]),
        ({"title": 5}, [("/title", "wrong_type")]),
        ({"title": ["x"]}, [("/title", "wrong_type")]),
        ({"title": "123456"}, [("/title", "too_long")]),
        ({"title": "x", "rank": "1"}, [("/rank", "wrong_type")]),
        ({"title": "x", "rank": 1.0}, [("/rank", "wrong_type")]),
        ({"title": "x", "rank": True}, [("/rank", "wrong_type")]),
        ({"title": "x", "rank": 0}, [("/rank", "out_of_range")]),
        ({"title": "x", "rank": 2**70}, [("/rank", "out_of_range")]),
        ({"title": "x", "on": 1}, [("/on", "wrong_type")]),
        ({"title": "x", "a/b~c": 1}, [("/a~1b~0c", "unknown_field")]),
        ({"rank": "x", "odd": 1}, [("/title", "required"), ("/rank", "wrong_type"), ("/odd", "unknown_field")]),
    ],
)  # fmt: skip
def test_every_wrong_field_is_named_at_once(
    document: dict[str, Any], problems: list[tuple[str, str]]
) -> None:
    with pytest.raises(Invalid) as refusal:
        read(document)

    errors: Any = refusal.value.extra["errors"]
    assert [(error["pointer"], error["code"]) for error in errors] == problems
