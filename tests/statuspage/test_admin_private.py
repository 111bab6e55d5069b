"""A page that ceases to be for everybody."""

import pytest
from django.test import Client

from statuspage.models import Page, SharedComponent
from tests.factories import NINE, AUser
from tests.statuspage.scenes import a_component, a_page
from tests.statuspage.test_admin import NEW, ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]


def test_since_when_a_page_is_private_is_kept_until_it_is_public_again(client: Client) -> None:
    client.force_login(AUser(group="Administrator"))
    other = a_page(name="Orders", slug="orders", is_default=False)
    form = {**NEW, "name": "Orders", "slug": "orders", "team": other.team_id}
    found = []
    for audience in ("login", "link", "public"):
        address = f"{ROOT}page/{other.pk}/change/"
        assert client.post(address, {**form, "audience": audience}).status_code == 302
        found.append(Page.objects.get(pk=other.pk).private_since)

    assert found == [NINE, NINE, None]


@pytest.mark.parametrize(
    ("audience", "is_theirs", "may"),
    [
        ("public", False, True),
        ("link", False, False),
        ("login", False, False),
        ("link", True, True),
    ],
)
def test_what_a_private_page_of_another_team_has_is_listed_on_no_page(
    client: Client, audience: str, is_theirs: bool, may: bool
) -> None:
    mine = a_page(name="Orders", slug="orders")
    fields = {"team": mine.team} if is_theirs else {}
    board = a_page(name="Board", slug="board", is_default=False, audience=audience, **fields)
    secret = a_component(board, "The merger")
    client.force_login(AUser(group="Responder", manages=mine.team))
    address = f"{ROOT}page/{mine.pk}/change/"
    row = {
        "shared-TOTAL_FORMS": "1",
        "shared-0-component": str(secret.pk),
        "shared-0-page": str(mine.pk),
        "shared-0-position": "1",
    }
    form = {**NEW, "name": "Orders", "slug": "orders", "team": mine.team_id, "audience": "public"}

    offered = b"The merger" in client.get(address).content
    client.post(address, {**form, **row})

    assert (offered, SharedComponent.objects.exists()) == (may, may)
