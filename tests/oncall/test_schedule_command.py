"""`manage.py schedule`: what is exported comes in again as it was."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from oncall.models import Schedule
from tests.conftest import Clock
from tests.factories import ASchedule, ATeam, AUser

pytestmark = pytest.mark.django_db


@pytest.fixture
def schedule(clock: Clock) -> Schedule:
    people = [AUser(username=name) for name in ("ana", "bob")]
    made: Schedule = ASchedule(slug="shop", name="Shop", team=ATeam(slug="web"), people=people)
    return made


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("schedule", *arguments, stdout=out)
    return out.getvalue()


def test_a_schedule_goes_out_and_comes_in_whole(schedule: Schedule, tmp_path: Path) -> None:
    file = tmp_path / "shop.json"
    file.write_text(run("export", "shop"), encoding="utf-8")
    document = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**document, "slug": "copy"}), encoding="utf-8")

    assert "is made" in run("import", str(file))

    assert json.loads(run("export", "copy")) == {**document, "slug": "copy"}
    assert Schedule.objects.get(slug="copy").team.slug == "web"


def test_a_dry_run_tells_and_saves_nothing(schedule: Schedule, tmp_path: Path) -> None:
    document = json.loads(run("export", "shop"))
    document["layers"][0]["rotation"]["participants"] = [["bob"], ["ana"]]
    file = tmp_path / "shop.json"
    file.write_text(json.dumps(document), encoding="utf-8")

    told = run("import", str(file), "--dry-run")

    assert "ana -> bob" in told
    assert told.endswith("Nothing is saved.\n")
    assert schedule.layers.get().versions.count() == 1
    assert "turns anew" in run("import", str(file))
    assert "No shift moves." in run("import", str(file), "--dry-run")


def test_every_fault_of_a_file_is_told_with_its_place(schedule: Schedule, tmp_path: Path) -> None:
    document = json.loads(run("export", "shop"))
    document["layers"][0]["rotation"] |= {"length": 0, "participants": [["ghost"]]}
    file = tmp_path / "shop.json"
    file.write_text(json.dumps({**document, "effective": "soon"}), encoding="utf-8")

    with pytest.raises(CommandError) as refused:
        run("import", str(file), "--dry-run")

    assert [line.split(":")[0] for line in str(refused.value).splitlines()] == [
        "/effective", "/layers/0/rotation/participants", "/layers/0/rotation/length",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", '{"slug": "shop"}', '{"slug": "x", "name": "X", "layers": [{}]}', "\x00"],
)
def test_a_file_that_can_t_be_read_is_one_sentence(
    schedule: Schedule, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "bad.json"
    file.write_text(content, encoding="utf-8")

    for name in (str(file), str(tmp_path / "missing.json")):
        with pytest.raises(CommandError) as refused:
            run("import", name)
        assert refused.value.returncode == 2
    with pytest.raises(CommandError, match="there are: shop"):
        run("export", "other")
    assert Schedule.objects.count() == 1
