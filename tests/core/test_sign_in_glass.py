"""Break-glass: in when nothing else works, once, and seen by everybody."""

import re
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client

from core.models import BreakGlassLink, LateCall, SignIn
from core.secrets import digest
from notify.models import Delivery
from oncall.actions import glass
from tests.conftest import Clock
from tests.core.door import PASSWORD, a_person, enter, is_in, said, with_app
from tests.factories import AResponder

pytestmark = pytest.mark.django_db


def printed(username: str = "ada") -> str:
    """Run the command; return the link's path."""
    out = StringIO()
    call_command("break_glass", username, stdout=out)
    found = re.search(r"https?://[^/]+(/accounts/break-glass/\S+)", out.getvalue())
    assert found
    return found[1]


def ada(**fields: Any) -> Any:
    """Return an Administrator with a second factor and no password."""
    user = a_person("ada", group="Administrator", **fields)
    user.set_unusable_password()
    user.save()
    with_app(user)
    return user


def test_a_link_lets_an_administrator_in_without_password_and_factor(clock: Clock) -> None:
    ada()
    browser = Client()

    page = browser.get(printed())
    reply = browser.post(page.request["PATH_INFO"])

    assert "lets <b>ada</b> in" in said(page)
    assert reply["Location"] == "/admin/"
    assert is_in(browser)


def test_it_works_once_and_looking_at_it_spends_nothing(clock: Clock) -> None:
    ada()
    link = printed()
    for _ in range(5):
        assert Client().get(link).status_code == 200
        assert Client().head(link).status_code == 200
    first, second = Client(), Client()

    first.post(link)
    reply = second.post(link)

    assert is_in(first)
    assert reply.status_code == 404
    assert not is_in(second)
    assert Client().get(link).status_code == 404


def test_it_ends_after_fifteen_minutes(clock: Clock) -> None:
    ada()
    link = printed()
    clock.forward(minutes=14, seconds=59)
    assert Client().get(link).status_code == 200
    clock.forward(seconds=1)
    browser = Client()

    assert browser.get(link).status_code == 404
    assert browser.post(link).status_code == 404
    assert not is_in(browser)


def test_a_newer_link_ends_the_older(clock: Clock) -> None:
    ada()
    older = printed()
    clock.forward(minutes=1)
    newer = printed()

    assert Client().get(older).status_code == 404
    assert Client().get(newer).status_code == 200


def test_the_token_is_long_and_stored_hashed(clock: Clock) -> None:
    ada()

    token = printed().split("/")[3]

    row = BreakGlassLink.objects.get()
    assert len(token) >= 43  # 32 bytes as URL-safe text
    assert row.digest == digest(token)
    assert token not in repr(BreakGlassLink.objects.values_list())


@pytest.mark.parametrize(
    "fields", [{"is_active": False}, {"is_staff": False}, {"group": "Responder"}]
)
def test_only_an_active_administrator_gets_one(fields: dict[str, Any], clock: Clock) -> None:
    a_person("eve", **{"group": "Administrator", **fields})

    with pytest.raises(CommandError, match="eve is no active Administrator"):
        printed("eve")
    a_person("ana", group="Administrator")
    with pytest.raises(CommandError, match="nobody is no active Administrator; there are: ana"):
        printed("nobody")


def test_whoever_is_no_administrator_any_more_stays_out(clock: Clock) -> None:
    user = ada()
    link = printed()
    user.groups.clear()
    browser = Client()

    assert browser.post(link).status_code == 404
    assert not is_in(browser)


def test_a_forged_link_opens_nothing(clock: Clock) -> None:
    ada()
    printed()

    for token in ("x", "%00", "a" * 5000, "..", digest("x")):
        assert Client().post(f"/accounts/break-glass/{token}/").status_code == 404


def test_everybody_sees_it_for_a_day(clock: Clock) -> None:
    ada()
    a_person("rob")
    Client().post(printed())
    browser = Client()
    enter(browser, "rob")

    seen = said(browser.get("/admin/keys/")), said(browser.get("/accounts/"))
    clock.forward(hours=23, minutes=59)
    still = said(browser.get("/admin/keys/"))
    clock.forward(minutes=2)
    after = said(browser.get("/admin/keys/"))

    assert all(
        "Break-glass was used by ada at 09:00 UTC on 23 Nov" in page for page in (*seen, still)
    )
    assert "Break-glass was used" not in after


def test_it_is_recorded_when_made_and_when_used(clock: Clock) -> None:
    ada()
    Client(REMOTE_ADDR="203.0.113.7").post(printed())

    rows = SignIn.objects.order_by("pk").values_list("event", "method", "who", "address", "why")

    assert list(rows) == [
        ("glass_prepared", "break_glass", "ada", None, "command line"),
        ("signed_in", "break_glass", "ada", "203.0.113.7", ""),
    ]


def test_every_administrator_is_told(clock: Clock) -> None:
    user = ada()
    other = a_person("ben", group="Administrator", email="ben@northwind.example")
    AResponder(user=user)
    Client().post(printed())

    call = LateCall.objects.get(fact="sign_in.glass_broken")
    glass.tell(call.object_id, clock.now)
    glass.tell(call.object_id, clock.now)

    told = {row.recipient_id: row for row in Delivery.objects.filter(kind="glass_broken")}
    assert set(told) == {user.pk, other.pk}
    assert Delivery.objects.filter(kind="glass_broken").count() == 2
    assert told[other.pk].address == "ben@northwind.example"
    message = glass.message(told[other.pk], clock.now)
    assert message.subject == "Break-glass was used by ada"
    assert "from 127.0.0.1" in message.text


def test_it_works_while_the_provider_is_away_and_a_factor_is_asked_of_everybody(
    settings: LazySettings, clock: Clock
) -> None:
    ada()
    Authenticator.objects.all().delete()
    settings.REQUIRE_SECOND_FACTOR = True
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    browser = Client()

    browser.post(printed())

    assert is_in(browser)


def test_others_are_still_asked_for_a_factor_in_the_same_browser(
    settings: LazySettings, clock: Clock
) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    ada()
    a_person("rob")
    browser = Client()
    browser.post(printed())
    browser.post("/admin/logout/")

    enter(browser, "rob", PASSWORD)

    assert browser.get("/admin/keys/")["Location"] == "/accounts/"


def test_the_page_needs_its_csrf_token_and_is_never_stored(clock: Clock) -> None:
    ada()
    link = printed()
    browser = Client(enforce_csrf_checks=True)

    assert "no-store" in browser.get(link)["Cache-Control"]
    assert browser.post(link).status_code == 403
    assert BreakGlassLink.objects.get().used_at is None
