"""A page that ceases to be for everybody."""

import pytest
from django.test import Client

from statuspage.models import Page
from tests.factories import NINE, AUser
from tests.statuspage.scenes import a_page
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
