"""What a document points at is there: files, headings, make targets, commands; and no secret is left in a log."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
FOLDERS = (
    "config|core|notify|incidents|oncall|statuspage|postmortems|playbooks|tests|bench|docs|tools"
)
TARGETS = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
TOKEN = "abcdefghijklmnopqrstuvwxyz0123456789"


def name(document: Path) -> str:
    """Return how a document is called from the root."""
    return str(document.relative_to(ROOT))


document = pytest.mark.parametrize("document", DOCUMENTS, ids=name)


def anchors(file: Path) -> set[str]:
    """Return what a link to a heading may say, as GitHub writes it."""
    heads = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@document
def test_every_link_and_picture_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)\s]+)\)|<img [^>]*src=\"([^\"]+)\"", text)

    for link in (one or other for one, other in links):
        if link.startswith(("http://", "https://")):
            continue
        place, _, heading = link.partition("#")
        file = (document.parent / place) if place else document
        assert file.exists(), link
        assert not heading or heading in anchors(file), link


@pytest.mark.parametrize(  # in api.md, what looks like a file is an address
    "document", [file for file in DOCUMENTS if file.name != "api.md"], ids=name
)
def test_every_file_that_is_named_is_there(document: Path) -> None:
    quoted = re.findall(
        rf"`((?:{FOLDERS})/[\w./*<>{{}},-]+)`", document.read_text(encoding="utf-8")
    )

    for path in quoted:
        pattern = re.sub(r"<\w+>", "*", path).rstrip("/")
        assert any(ROOT.glob(pattern)), path


@document
def test_every_make_target_and_command_that_is_named_is_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")

    targets = re.findall(r"(?:`|^    |\d )make ([a-z-]+)", text, re.MULTILINE)
    commands = re.findall(r"manage\.py ([a-z_]+)", text)

    assert set(targets) <= set(TARGETS)
    assert set(commands) <= set(get_commands())


@pytest.mark.parametrize(
    "path",
    [
        f"/in/generic/{TOKEN}/",
        f"/r/{TOKEN}/",
        f"/ical/{TOKEN}.ics",
        f"/accounts/break-glass/{TOKEN}/",
        *(
            f"{page}/{door}/{TOKEN}"
            for page in ("", "/status/acme")
            for door in ("subscribe/confirm", "subscribe/manage", "subscribe/leave", "enter")
        ),
    ],
)
def test_the_proxy_s_log_of_the_example_holds_no_secret_of_a_path(path: str) -> None:
    example = (ROOT / "docs/deploy/nginx.conf").read_text(encoding="utf-8")
    rules = re.findall(r'^    "~([^"]+)"\s+(\S+);', example, re.MULTILINE)

    logged = next((name for pattern, name in rules if re.search(pattern, path)), path)

    assert TOKEN not in logged
