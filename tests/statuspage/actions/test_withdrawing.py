"""Static copies that have no business any more: taken away, tried until that is done, and no red mark stays behind."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from core.errors import Invalid
from statuspage.actions import export_due
from statuspage.actions.exporting import export
from statuspage.actions.sinks import Folder, SinkFailure
from statuspage.admin.marks import red_marks
from statuspage.models import Export, Page
from tests.factories import NINE, AUser
from tests.statuspage.actions.test_exporting import folder, page
from tests.statuspage.scenes import MINUTE, a_component, a_page, shown

__all__ = ["folder", "page"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def delete(page: Page) -> None:
    """Delete a page as its managers do."""
    boss = Client()
    boss.force_login(AUser(group="Administrator"))
    boss.post(f"/admin/statuspage/page/{page.pk}/delete/", {"post": "yes"})
    assert not Page.objects.filter(pk=page.pk).exists()


@pytest.fixture
def labs(page: Page, folder: Path, settings: LazySettings) -> Page:
    """Give a second page, with a copy beside the first one's."""
    settings.STATUSPAGE_EXPORT_TO = str(folder)
    labs = a_page(name="Labs", slug="labs", is_default=False)
    a_component(labs, "Secret project")
    shown(labs)
    export_due(NINE)
    assert (folder / "status" / "labs" / "index.html").is_file()
    return labs


def test_the_copy_of_a_page_that_is_private_now_is_taken_away(
    page: Page, labs: Page, folder: Path
) -> None:
    Page.objects.filter(pk=labs.pk).update(audience="login")
    export_due(NINE + MINUTE)

    left = files_in(folder)
    assert not [path for path in left if b"Secret project" in path.read_bytes()]
    assert not [path for path in left if "labs" in path.parts]
    assert (folder / "index.html").is_file()
    assert (folder / "_headers").is_file()
    assert red_marks(NINE + MINUTE * 5) == []
    assert [row.page for row in Export.objects.all()] == [page]


def test_a_copy_that_can_not_be_taken_away_is_a_red_mark(
    labs: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    Page.objects.filter(pk=labs.pk).update(audience="link")

    def refuse(_self: Folder, name: str) -> None:
        raise SinkFailure(f"{name} can't be removed.")

    monkeypatch.setattr(Folder, "delete", refuse)
    later = NINE + timedelta(minutes=11)
    export_due(later)

    [mark] = red_marks(later)
    assert "Labs" in mark
    assert "can't be removed" in mark


def test_nothing_of_a_deleted_page_stays_public(labs: Page, folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    export(labs, str(elsewhere), at=NINE)

    delete(labs)
    export_due(NINE + MINUTE)

    left = files_in(folder)
    assert not [path for path in left if b"Secret project" in path.read_bytes()]
    assert not [path for path in left if "labs" in path.parts]
    assert not (folder / "status").exists()
    assert (folder / "index.html").is_file()
    assert files_in(elsewhere) == []
    assert [row.page.name for row in Export.objects.all() if row.page] == ["Northwind Books"]
    assert red_marks(NINE + MINUTE * 5) == []


def test_what_stays_of_a_deleted_page_is_a_red_mark_until_it_is_gone(
    labs: Page, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete(labs)

    def refuse(_self: Folder, name: str) -> None:
        raise SinkFailure(f"{name} can't be removed.")

    with monkeypatch.context() as broken:
        broken.setattr(Folder, "delete", refuse)
        export_due(NINE + MINUTE)
        [mark] = red_marks(NINE + MINUTE)
    export_due(NINE + MINUTE * 2)

    assert "deleted page is still public" in mark
    assert "can't be removed" in mark
    assert red_marks(NINE + MINUTE * 2) == []
    assert not [path for path in files_in(folder) if "labs" in path.parts]


def test_a_page_is_taken_away_also_when_no_place_is_set_any_more(
    labs: Page, folder: Path, settings: LazySettings
) -> None:
    settings.STATUSPAGE_EXPORT_TO = ""
    delete(labs)

    export_due(NINE + MINUTE)

    assert not [path for path in files_in(folder) if "labs" in path.parts]
    assert (folder / "index.html").is_file()


def test_an_export_that_broke_off_is_taken_away_as_well(
    page: Page, folder: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STATUSPAGE_EXPORT_TO = str(folder)
    page.slug, page.is_default = "labs", False
    page.save()
    shown(page)
    write = Folder.write

    def full(self: Folder, name: str, content: bytes, content_type: str) -> None:
        if name.endswith("index.html"):
            raise SinkFailure("The disk is full.")
        write(self, name, content, content_type)

    with monkeypatch.context() as broken:
        broken.setattr(Folder, "write", full)
        export_due(NINE)
    assert files_in(folder)
    Page.objects.filter(pk=page.pk).update(audience="login")

    export_due(NINE + MINUTE)

    assert files_in(folder) == []


def test_what_somebody_has_cleared_by_hand_needs_no_taking_away(labs: Page, folder: Path) -> None:
    shutil.rmtree(folder)
    delete(labs)

    export_due(NINE + MINUTE)

    assert red_marks(NINE + MINUTE) == []
    assert (folder / "index.html").is_file()


def test_a_place_that_never_took_anything_holds_nothing_of_a_deleted_page(
    labs: Page, settings: LazySettings
) -> None:
    with pytest.raises(Invalid):
        export(labs, "s3://bucket", at=NINE)
    delete(labs)

    export_due(NINE + MINUTE)

    assert red_marks(NINE + MINUTE) == []


def test_a_page_that_moves_to_a_host_of_its_own_leaves_no_mark_and_no_copy(
    labs: Page, folder: Path
) -> None:
    Page.objects.filter(pk=labs.pk).update(hosts=["labs.example"])

    for minutes in range(1, 15):
        export_due(NINE + MINUTE * minutes)

    assert red_marks(NINE + MINUTE * 14) == []
    assert not [path for path in files_in(folder) if "labs" in path.parts]
    assert (folder / "index.html").is_file()


def test_a_place_that_no_page_goes_to_is_no_red_mark(page: Page, settings: LazySettings) -> None:
    Page.objects.filter(pk=page.pk).update(is_default=False, hosts=["status.example"])
    settings.STATUSPAGE_EXPORT_TO = "/nowhere"

    export_due(NINE)

    assert red_marks(NINE) == []


def test_a_copy_by_hand_goes_when_its_page_is_private_unless_it_was_meant(
    page: Page, tmp_path: Path
) -> None:
    meant, not_meant = tmp_path / "meant", tmp_path / "not-meant"
    board = a_page(name="Board", slug="board", is_default=False)
    shown(board)
    export(board, str(not_meant), at=NINE)
    board.audience = "login"
    board.save()
    export(board, str(meant), at=NINE, is_private_meant=True)

    export_due(NINE + MINUTE)

    assert (meant / "status" / "board" / "index.html").is_file()
    assert files_in(not_meant) == []
