"""`load_playbook`, `service` and `source`: the set-up from a shell."""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from incidents.ingest import keys
from incidents.models import PlaybookVersion, Service, Source
from tests.factories import AService, ATeam

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
STANDARD = settings.BASE_DIR / "playbooks" / "standard.yaml"


def run(*words: object) -> str:
    out = StringIO()
    call_command(*map(str, words), stdout=out)
    return out.getvalue()


def refusal(*words: object) -> str:
    with pytest.raises(CommandError) as refused:
        run(*words)
    assert refused.value.returncode == 2
    return str(refused.value)


@pytest.mark.parametrize("form", ["alertmanager", "pagerduty", "generic"])
def test_the_key_of_a_new_source_is_the_last_word_and_opens_its_door(form: str) -> None:
    AService(slug="shop")

    said = run("source", "Prod", "--format", form, "--service", "shop")

    found = keys.find(said.split()[-1])
    assert found is not None
    assert (found.source_name, found.format, found.is_disabled) == ("Prod", form, False)
    where = "/v2/enqueue" if form == "pagerduty" else f"/in/{form}/{said.split()[-1]}/"
    assert settings.SITE_URL + where in said


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("Other", "--format", "smoke", "--service", "shop"), "There is no format smoke"),
        (
            ("Other", "--format", "generic", "--service", "none"),
            "There is no service none; there are: shop.",
        ),
        (("Taken", "--format", "generic", "--service", "shop"), "already exists"),
        ((" ", "--format", "generic", "--service", "shop"), "blank"),
    ],
)
def test_a_source_that_can_not_be_is_refused_in_one_line(words: tuple[str, ...], text: str) -> None:
    AService(slug="shop")
    run("source", "Taken", "--format", "generic", "--service", "shop")

    said = refusal("source", *words)

    assert text in said
    assert "\n" not in said
    assert Source.objects.count() == 1


@pytest.mark.usefixtures("shipped")
def test_a_service_belongs_to_its_team() -> None:
    team = ATeam(slug="web")

    run("service", "shop", "The shop", "--team", "web")

    service = Service.objects.get()
    assert (service.slug, service.name, service.team) == ("shop", "The shop", team)


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("shop", "Shop", "--team", "none"), "There is no team none; there are: web."),
        (("taken", "Shop", "--team", "web"), "already exists"),
        (("not a slug", "Shop", "--team", "web"), "slug"),
    ],
)
def test_a_service_that_can_not_be_is_refused_in_one_line(
    words: tuple[str, ...], text: str
) -> None:
    AService(slug="taken", team=ATeam(slug="web"))

    said = refusal("service", *words)

    assert text in said
    assert "\n" not in said
    assert Service.objects.count() == 1


def test_the_shipped_playbooks_are_loaded_once() -> None:
    first = run("load_playbook", "--shipped")
    again = run("load_playbook", "--shipped")

    assert first == again
    assert "Playbook standard, version 1" in first
    assert set(PlaybookVersion.objects.values_list("is_shipped", flat=True)) == {True}


def test_a_changed_file_is_the_next_version(tmp_path: Path) -> None:
    run("load_playbook", "--shipped")
    file = tmp_path / "ours.yaml"
    text = STANDARD.read_text(encoding="utf-8").replace("name: Standard", "name: Ours", 1)
    file.write_text(text, encoding="utf-8")

    said = run("load_playbook", file)

    assert said.strip() == "Playbook standard, version 2"
    assert PlaybookVersion.objects.get(number=2).is_shipped is False


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, "can't be read"),
        (b"\xff\xfe\x00", "can't be read: it is not UTF-8."),
        (b"name: [", "ours.yaml: the document"),
        (b"slug: x\n", "name"),
        (b"#" * (256 * 1024 + 1), "262145"),
    ],
)
def test_a_file_that_is_no_playbook_is_refused(
    tmp_path: Path, content: bytes | None, text: str
) -> None:
    file = tmp_path / "ours.yaml"
    if content is not None:
        file.write_bytes(content)

    assert text in refusal("load_playbook", file)
    assert not PlaybookVersion.objects.exists()


def test_a_service_without_a_loaded_playbook_is_refused_here_as_at_every_door() -> None:
    team = ATeam(slug="shop")
    PlaybookVersion.objects.all().delete()

    assert "No playbook" in refusal("service", "shop", "Shop", "--team", team.slug)
    assert not Service.objects.exists()
