"""docs/api.md and /api/v1/docs/: every example is run, every code and address is named."""

import json
import re
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from core.api.codes import GENERAL
from core.api.published import _told
from core.api.schema import addresses, document
from tests.conftest import Clock
from tests.core.api.callers import HOST, a_token, shelve_playbooks
from tests.factories import AService, ATeam, AUser

ROOT = Path(settings.BASE_DIR)
MANUAL = (ROOT / "docs/api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```sh\n(curl .*?)```\n```json (\d+)\n(.*?)```", MANUAL, re.DOTALL)


def run(client: Client, command: str, token: str) -> Any:
    """Send what a curl command of the manual says."""
    words = shlex.split(command.replace("\\\n", " ").replace("$TOKEN", token))
    method, body, headers, url = "GET", "", {}, ""
    rest = iter(words[1:])
    for word in rest:
        if word == "-X":
            method = next(rest)
        elif word == "-d":
            body = next(rest)
        elif word == "-H":
            name, value = next(rest).split(": ", 1)
            headers[name] = value
        elif word != "-s":
            url = word
    parts = urlsplit(url)
    kind = headers.pop("Content-Type", "application/json" if not body else "")
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return client.generic(method, path, body, kind, headers={"host": HOST, **headers})


def assert_within(shown: Any, given: Any, place: str = "") -> None:
    """Check that what the manual shows is in the answer; an answer may say more."""
    if isinstance(shown, dict):
        for name, value in shown.items():
            assert name in given, f"{place}/{name}"
            assert_within(value, given[name], f"{place}/{name}")
    elif isinstance(shown, list):
        assert len(shown) == len(given), place
        for number, (one, other) in enumerate(zip(shown, given, strict=True)):
            assert_within(one, other, f"{place}/{number}")
    else:
        assert shown == given, place


@pytest.mark.django_db(reset_sequences=True, transaction=True)
def test_the_manual_s_examples_are_true(clock: Clock) -> None:
    shelve_playbooks()
    team = ATeam(slug="shop")
    AService(slug="checkout", team=team)
    user = AUser(username="ines", first_name="Ines", last_name="Duarte", manages=team)
    token, client = a_token(user, "write"), Client()

    for command, status, shown in EXAMPLES:
        answer = run(client, command, token)
        assert answer.status_code == int(status), (command, answer.content)
        assert_within(json.loads(shown), answer.json(), command)
    assert len(EXAMPLES) >= 12
    assert MANUAL.count("```sh") == len(EXAMPLES)


@pytest.mark.parametrize("code", [code for _status, code, _meaning in GENERAL])
def test_every_general_code_is_in_the_manual(code: str) -> None:
    assert re.search(rf"^\| `{code}` \| \d{{3}} \|", MANUAL, re.MULTILINE)


def test_every_resource_is_in_the_manual() -> None:
    for path in document()["paths"]:
        first = path.removeprefix("/api/v1/").split("/")[0]
        assert f"`{first}" in MANUAL, first


def test_no_code_is_given_that_no_table_names() -> None:
    """Every code in the sources of the API stands in the general table or with an operation."""
    files = [
        path
        for app in ("core", "incidents", "oncall", "notify", "postmortems", "statuspage")
        for path in (ROOT / app / "api").glob("*.py")
    ]
    source = "\n".join(path.read_text(encoding="utf-8") for path in files)
    given = set(re.findall(r'code="([a-z_]+)"', source))
    given |= set(re.findall(r'_wrong\(\s*\w+, "([a-z_]+)"', source))
    named = {code for _status, code, _meaning in GENERAL}
    for found in addresses():
        for operation in found.operations.values():
            named |= set(operation.codes)

    assert len(given) > 8
    assert given - named == set()


@pytest.fixture
def page(clock: Clock) -> str:
    shelve_playbooks()
    client = Client(headers={"host": HOST})
    client.force_login(AUser(group="Viewer"))
    answer = client.get("/api/v1/docs/")
    assert answer.status_code == 200
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    return answer.content.decode()


@pytest.mark.django_db
def test_the_page_shows_every_operation_with_its_fields(page: str) -> None:
    for path, methods in document()["paths"].items():
        assert path in page
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in page
    for _tag, told in _told():
        for name, _kind, _detail in (*told.takes, *told.gives):
            assert f"<code>{name}</code>" in page
    for _status, code, _meaning in GENERAL:
        assert f"<code>{code}</code>" in page


@pytest.mark.django_db
def test_the_page_has_no_script_or_style_of_its_own(page: str) -> None:
    assert "<style" not in page
    assert " style=" not in page
    assert not re.search(r"<script(?![^>]* src=)", page)
    assert not re.search(r"\son\w+=", page)


@pytest.mark.django_db
def test_the_page_is_for_people_who_have_signed_in() -> None:
    answer = Client(headers={"host": HOST}).get("/api/v1/docs/")

    assert answer.status_code == 302
    assert "login" in answer["Location"]
