"""Documents under test: what the code knows, the documents name (style.md 26)."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from incidents.models import RawEvent
from incidents.playbook.lifecycle import MILESTONES, VERBS, State, Verb
from tests.incidents.parsers.shared import signal

ROOT = Path(settings.BASE_DIR)
OPERATIONS = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
DOMAIN = (ROOT / "docs/domain.md").read_text(encoding="utf-8")
INGEST = (ROOT / "docs/ingest.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")
# of a container by itself, of a demo, or with another default for the web than for the engine
SET_ELSEWHERE = {"BIND", "PORT", "CLOCK_OFFSET", "DATABASE_PATIENCE", "STATUSPAGE_SNAPSHOT_DIR"}
READERS = r'environment\.\w+\(\s*"([A-Z0-9_]+)"'


def variables() -> list[str]:
    source = (ROOT / "config/settings.py").read_text(encoding="utf-8")
    return sorted(set(re.findall(READERS, source)))


def ingest_codes() -> list[str]:
    """Return every warning and code that the doors can give, read from the sources."""
    files = [*(ROOT / "incidents/parsers").glob("*.py"), *(ROOT / "incidents/ingest").glob("*.py")]
    files += [ROOT / "core" / name for name in ("json_in.py", "bodies.py", "front.py")]
    source = "\n".join(file.read_text(encoding="utf-8") for file in files)
    notes = re.findall(r'notes?\.(?:append|add)\("([a-z_]+)"', source)
    codes = re.findall(r'\(\s*(?:self\.)?(?:4\d\d|503),\s*"([a-z]+_[a-z_]+)"', source)
    return sorted({*notes, *codes, *RawEvent.Verdict.values})


def own_commands() -> list[str]:
    ours = {
        app.split(".")[0] for app in settings.INSTALLED_APPS if (ROOT / app.split(".")[0]).is_dir()
    }
    return sorted(name for name, app in get_commands().items() if str(app).split(".")[0] in ours)


def test_the_settings_are_read() -> None:
    assert {"PORT", "DATABASE_URL", "EMAIL_URL", "DEMO", "SECRET_KEY"} <= set(variables())


@pytest.mark.parametrize("name", variables())
def test_every_variable_is_in_the_operations_manual(name: str) -> None:
    assert f"`{name}`" in OPERATIONS


@pytest.mark.parametrize("name", variables())
def test_every_variable_is_in_the_example_and_reaches_the_parts_under_compose(name: str) -> None:
    """A line of .env that compose does not pass on would be ignored without a word."""
    assert re.search(rf"^#?{name}=", EXAMPLE, re.MULTILINE)
    assert name in SET_ELSEWHERE or re.search(rf"^    {name}: ", COMPOSE, re.MULTILINE)


@pytest.mark.parametrize("file", ["compose.yaml", "docs/deploy/watchbill-migrate.service"])
def test_what_runs_before_the_parts_leaves_a_playbook_and_a_login(file: str) -> None:
    """Else a new installation opens no incident, and nobody can sign in."""
    steps = ["migrate --noinput", "load_playbook --shipped", "first_admin"]
    found = re.findall(r"manage\.py ([a-z_]+ --[a-z]+|first_admin)", (ROOT / file).read_text())

    assert found == steps


def test_the_commands_of_every_app_are_known() -> None:
    assert {"apitoken", "source", "schedule", "statuspage"} <= set(own_commands())


@pytest.mark.parametrize("name", own_commands())
def test_every_command_is_in_the_operations_manual(name: str) -> None:
    assert re.search(rf"manage\.py {name}\b", OPERATIONS)


@pytest.mark.parametrize("code", ingest_codes())
def test_every_code_of_a_door_is_in_the_senders_manual(code: str) -> None:
    assert f"`{code}`" in INGEST


@pytest.mark.parametrize("word", [*VERBS, *State, *MILESTONES])
def test_every_word_of_the_lifecycle_is_in_the_glossary(word: str) -> None:
    assert re.search(rf"\b{word}\b", DOMAIN)


@pytest.mark.parametrize("fact", sorted(settings.EVENT_HANDLERS))
def test_every_fact_is_in_the_glossary(fact: str) -> None:
    assert f"`{fact}`" in DOMAIN


def declared_table() -> dict[str, dict[str, str]]:
    """Return the table "Every state and every verb, declared": verb -> column -> cell."""
    part = DOMAIN.split("### Every state and every verb, declared", 1)[1].split("\n### ", 1)[0]
    rows = [
        [cell.strip(" `") for cell in row.strip("|").split("|")]
        for row in part.splitlines()
        if row.startswith("|")
    ]
    return {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[2:]}


@pytest.mark.parametrize("verb", VERBS.values(), ids=list(VERBS))
def test_the_state_table_says_what_the_code_does(verb: Verb) -> None:
    row = declared_table()[verb.name]

    assert row["target"] == verb.target
    assert {state for state in State if row[state] == "go"} == set(verb.sources)


@pytest.mark.parametrize("name", ["make run", "make test"])
def test_the_readme_has_the_two_commands(name: str) -> None:
    assert name in README


def test_the_alert_of_the_readme_is_a_new_episode_each_time_it_is_sent() -> None:
    """Whoever walks through it twice is paged twice."""
    [body] = re.findall(r"-d '(\{.*?\}\]\})'", README, re.DOTALL)

    at_nine, at_ten = (
        signal("alertmanager", json.loads(body.replace("'$(date -u +%FT%TZ)'", moment)))
        for moment in ("2026-11-21T09:00:00Z", "2026-11-21T10:00:00Z")
    )

    assert (at_nine.title, at_nine.severity) == ("Checkout is failing", "critical")
    assert at_nine.key == at_ten.key
    assert at_nine.episode != at_ten.episode
