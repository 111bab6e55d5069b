"""Two people at one postmortem: nobody's newer words are saved over."""

import re
from html import unescape

import pytest
from django.test import Client

from core.errors import Conflict
from core.models import User
from postmortems.actions import writing
from postmortems.models import Factor, Postmortem
from tests.core.admin_scene import signed_in
from tests.factories import AUser, somebody
from tests.postmortems.scenes import (
    a_postmortem,
    minutes,
)

LIST = "/admin/postmortems/postmortem/"


@pytest.fixture
def rita() -> User:
    return AUser(username="rita", first_name="Rita", last_name="Rask")


@pytest.fixture
def browser(rita: User) -> Client:
    return signed_in(rita)


def page(browser: Client, postmortem: Postmortem, path: str = "change/") -> str:
    answer = browser.get(f"{LIST}{postmortem.pk}/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


def press(browser: Client, postmortem: Postmortem, verb: str, **said: object) -> str:
    answer = browser.post(f"{LIST}{postmortem.pk}/press/{verb}/", said, follow=True)
    assert answer.status_code in (200, 422, 409), answer.status_code
    return answer.content.decode()


def sent_along(html: str, verb: str) -> dict[str, str]:
    """Return what a browser would send along with the form of a verb: its hidden fields."""
    form = re.search(rf'<form[^>]*/press/{verb}/"[^>]*>(.*?)</form>', html, re.DOTALL)
    assert form is not None
    hidden = re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', form[1])
    return {name: unescape(value) for name, value in hidden}


def test_a_factor_that_somebody_reworded_meanwhile_is_shown_beside_ones_own(browser):
    postmortem = a_postmortem()
    writing.add_factor(postmortem.pk, "It was late.", by=somebody(), at=minutes(70))
    sent = {**sent_along(page(browser, postmortem), "change_factor"), "text": "Mine <b>."}
    writing.change_factor(postmortem.pk, 1, "Theirs.", by=somebody(), at=minutes(71))

    html = press(browser, postmortem, "change_factor", **sent)
    assert "Factor 1 says now: “Theirs.”" in html
    assert "Mine &lt;b&gt;." in html
    assert Factor.objects.get().text == "Theirs."

    again = re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', html)
    press(browser, postmortem, "change_factor", **{**dict(again), "text": "Both."})
    assert Factor.objects.get().text == "Both."


@pytest.mark.parametrize("verb", ["change_factor", "remove_factor"])
def test_a_factor_that_moved_up_is_not_taken_for_the_one_that_stood_there(browser, verb):
    postmortem = a_postmortem()
    for text in ("First", "Second"):
        writing.add_factor(postmortem.pk, text, by=somebody(), at=minutes(70))
    sent = sent_along(page(browser, postmortem), verb)
    writing.remove_factor(postmortem.pk, 1, by=somebody(), at=minutes(71))

    assert "Factor 1 says now: “Second”" in press(browser, postmortem, verb, **sent, text="Mine")
    assert Factor.objects.get().text == "Second"


def test_the_public_text_that_somebody_saved_meanwhile_is_shown_beside_ones_own(browser):
    postmortem = a_postmortem()
    sent = {**sent_along(page(browser, postmortem), "public_text"), "public_text": "Mine."}
    facts = {"public_text": "Theirs.", "is_public": True}
    writing.change_facts(postmortem.pk, facts, by=somebody(), at=minutes(71))

    html = press(browser, postmortem, "public_text", **sent)
    assert "Text is now “Theirs.”. Shown is now “yes”." in html
    assert ">\nMine.</textarea>" in html
    assert Postmortem.objects.get().public_text == "Theirs."

    again = re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', html)
    press(browser, postmortem, "public_text", **{**dict(again), "public_text": "Both."})
    assert Postmortem.objects.get().public_text == "Both."


def test_who_changes_the_owner_does_not_undo_the_meeting_that_somebody_set(browser, rita):
    postmortem = a_postmortem()
    sent = {**sent_along(page(browser, postmortem), "facts"), "owner": "rita", "meeting_at": ""}
    writing.change_facts(postmortem.pk, {"meeting_at": minutes(500)}, by=somebody(), at=minutes(71))

    assert "Review meeting is now “23 Nov 2026 17:20 UTC”." in press(
        browser, postmortem, "facts", **sent
    )
    assert Postmortem.objects.get().meeting_at == minutes(500)
    assert Postmortem.objects.get().owner != rita


def test_facts_that_change_at_the_very_moment_of_saving_are_not_saved_over():
    postmortem = a_postmortem()
    seen = {"public_text": "", "is_public": False}
    writing.change_facts(postmortem.pk, {"public_text": "Theirs."}, by=somebody(), at=minutes(71))

    with pytest.raises(Conflict):
        writing.change_facts(
            postmortem.pk, {"public_text": "Mine."}, by=somebody(), at=minutes(72), seen=seen
        )

    assert Postmortem.objects.get().public_text == "Theirs."


def test_a_text_as_long_as_it_may_be_is_stored_to_its_end_however_its_lines_are_broken(browser):
    postmortem = a_postmortem()
    text = "x" * 49 + "\r\n"
    sent = {"text-causes": text * 1_999 + "the end", "version-causes": "1"}

    browser.post(f"{LIST}{postmortem.pk}/sections/causes/", sent)

    stored = postmortem.sections.get(key="causes").text
    assert stored.endswith("the end")
    assert stored.count("\n") == 1_999


def test_a_text_that_is_too_long_comes_back_whole(browser):
    postmortem = a_postmortem()
    sent = {"text-causes": "x" * 150_000 + "the end", "version-causes": "1"}

    answer = browser.post(f"{LIST}{postmortem.pk}/sections/causes/", sent)

    assert answer.status_code == 422
    assert "xxthe end</textarea>" in answer.content.decode()
    assert postmortem.sections.get(key="causes").text == ""
