"""The schema: what the doors declare, all of it, the same each time, and nothing of this installation."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator, FormatChecker

from core.api import schema
from core.api.codes import GENERAL
from core.api.shapes import Shape, resolved
from core.api.views import Door, NoSuchPath
from tests.core.api.callers import HOST, Caller, assert_problem
from tests.factories import AUser

DOCUMENT = schema.document()
METHODS = ("get", "post", "put", "patch", "delete")


def get(**headers: str) -> Any:
    return Client().get("/api/v1/schema/", headers={"host": HOST, **headers})


def test_it_is_open_and_needs_no_database() -> None:
    answer = get()

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert json.loads(answer.content) == DOCUMENT
    assert answer["Cache-Control"] == "public, no-cache"


def test_a_reader_who_has_it_already_hears_304() -> None:
    tag = get()["ETag"]

    assert get(**{"If-None-Match": tag}).status_code == 304
    assert get(**{"If-None-Match": '"old"'}).status_code == 200


def test_it_is_openapi_3_1() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    validate_schema(DOCUMENT)


def test_it_is_the_same_each_time() -> None:
    schema.document.cache_clear()

    assert json.dumps(schema.document()) == json.dumps(DOCUMENT)


@pytest.mark.django_db
def test_a_wrong_question_is_a_problem() -> None:
    stranger = Caller(AUser())

    assert_problem(stranger.get("schema/", format="yaml"), 422, "unknown_filter")
    assert_problem(stranger.send("GET", "schema/", Accept="application/x-yaml"), 406)
    assert_problem(stranger.post("schema/"), 405)


def test_it_says_nothing_of_this_installation() -> None:
    text = json.dumps(DOCUMENT)

    assert DOCUMENT["servers"] == [{"url": "/"}]
    for secret in (
        settings.SITE_URL,
        settings.STAFF_URL,
        settings.SECRET_KEY,
        str(settings.DATA_DIR),
    ):
        assert secret not in text


def doors() -> set[type[Door]]:
    def below(door: type[Door]) -> Iterator[type[Door]]:
        for one in door.__subclasses__():
            yield one
            yield from below(one)

    return {door for door in below(Door) if door.__module__.split(".")[0] != "tests"} - {NoSuchPath}


@pytest.mark.parametrize("door", sorted(doors(), key=lambda door: door.__name__))
def test_every_method_of_every_door_is_declared(door: type[Door]) -> None:
    if door.__name__ == "Schema":  # it is the schema
        return
    place, words = door.choices
    declared = {*door.operations, *(["post"] if words else [])}

    assert {method for method in METHODS if hasattr(door, method)} == declared
    assert door.tag
    assert door.__doc__
    assert bool(place) is bool(words)


def test_every_door_with_an_address_is_in_the_schema() -> None:
    shown = {found.door for found in schema.addresses()}

    assert {door.__name__ for door in doors() - shown} == {"Schema"}


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [one["operationId"] for path in DOCUMENT["paths"].values() for one in path.values()]

    assert len(names) == len(set(names))
    assert len(names) > 50


def shapes() -> dict[str, Shape]:
    """Return every shape that is used, by its name; two of one name must be one."""
    found: dict[str, Shape] = {}

    def take(piece: Any) -> None:
        if isinstance(piece, Shape):
            assert found.setdefault(piece.name, piece) == piece
            piece = dict(piece.fields)
        for value in (
            piece.values() if isinstance(piece, dict) else piece if isinstance(piece, list) else ()
        ):
            take(value)

    for address in schema.addresses():
        for operation in address.operations.values():
            for shape in (operation.takes, operation.answer):
                if shape is not None:
                    take(shape)
    return found


@pytest.mark.parametrize("shape", shapes().values(), ids=list(shapes()))
def test_every_example_fits_its_shape(shape: Shape) -> None:
    components: dict[str, Any] = {}
    piece = resolved(shape, components, strict=True)
    whole = {**piece, "components": {"schemas": components}}

    assert shape.example or set(shape.fields) == shape.optional
    Draft202012Validator(whole, format_checker=FormatChecker()).validate(dict(shape.example))


def test_a_request_may_hold_nothing_else_and_an_answer_may_grow() -> None:
    parts = DOCUMENT["components"]["schemas"]

    assert parts["NewIncident"]["additionalProperties"] is False
    assert "additionalProperties" not in parts["WholeIncident"]


def test_every_creating_post_takes_a_key_and_no_other_does() -> None:
    for path in DOCUMENT["paths"].values():
        for method, one in path.items():
            headers = {p["name"] for p in one["parameters"] if p["in"] == "header"}
            assert ("Idempotency-Key" in headers) is (
                method == "post" and "201" in one["responses"]
            )


def _is_list(operation: Any) -> bool:
    content = operation["responses"]["200"]["content"].get("application/json")
    return content is not None and content["schema"]["$ref"].endswith("List")


def test_every_list_comes_by_cursor() -> None:
    for path in DOCUMENT["paths"].values():
        if "get" in path and _is_list(path["get"]):
            names = {one["name"] for one in path["get"]["parameters"]}
            assert {"cursor", "page_size", "ordering"} <= names


def test_every_general_code_stands_once() -> None:
    codes = [code for _status, code, _meaning in GENERAL]

    assert len(codes) == len(set(codes))
