"""The page of a postmortem: what it says first, what can be pressed, and what is never lost."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.models import User
from incidents import actions as incidents
from postmortems.actions import review, writing
from postmortems.models import Factor, Postmortem
from tests.core.admin_scene import signed_in
from tests.factories import AUser, somebody
from tests.postmortems.scenes import (
    HOSTILE,
    a_postmortem,
    an_incident,
    an_item,
    in_review,
    minutes,
    resolved,
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


def typed(version: str = "1", **texts: str) -> dict[str, str]:
    """Return what a browser sends of these sections; `version`: the one that its page showed."""
    sent = {f"text-{key}": text for key, text in texts.items()}
    return sent | {f"version-{key}": version for key in texts}


def as_shown(browser: Client, postmortem: Postmortem) -> dict[str, str]:
    """Return what a browser sends when nobody has touched any field."""
    html = page(browser, postmortem)
    hidden = dict(re.findall(r'name="((?:version|was)-\w+)" value="(\w+)"', html))
    texts = re.findall(r'name="(text-\w+)"[^>]*>([^<]*)</textarea>', html)
    return hidden | {name: unescape(text) for name, text in texts}


def press(browser: Client, postmortem: Postmortem, verb: str, **said: object) -> str:
    answer = browser.post(f"{LIST}{postmortem.pk}/press/{verb}/", said, follow=True)
    assert answer.status_code in (200, 422, 409), answer.status_code
    return answer.content.decode()


def test_the_page_says_what_stands_before_approval(browser):
    postmortem, _reader = in_review()
    writing.add_factor(postmortem.pk, "One value decides", by=somebody(), at=minutes(101))

    html = page(browser, postmortem)

    assert "<b>Not fit to publish yet:</b> 1 condition is unmet." in html
    assert re.search(r'data-action="approve" aria-disabled="true"', html)
    assert "Factor 1 has no action" in html


def test_a_press_on_a_refused_button_is_refused_in_the_same_words(browser):
    postmortem, _reader = in_review()
    writing.add_factor(postmortem.pk, "One value decides", by=somebody(), at=minutes(101))

    assert "Approval must wait. Factor 1 has no action." in press(browser, postmortem, "approve")
    assert Postmortem.objects.get(pk=postmortem.pk).state == "in_review"


def test_a_section_is_saved_by_its_own_button(browser, rita):
    postmortem = a_postmortem()

    answer = browser.post(
        f"{LIST}{postmortem.pk}/sections/causes/",
        typed(causes="Two things."),
        follow=True,
    )

    assert "is saved, version 2." in answer.content.decode()
    assert postmortem.sections.get(key="causes").edited_by == rita


def test_one_press_saves_what_was_written_in_every_section(browser):
    """A writer fills several fields and presses one button; nothing that they typed is lost."""
    postmortem = a_postmortem()
    sent = as_shown(browser, postmortem) | {"text-causes": "A.", "text-badly": "B."}

    answer = browser.post(f"{LIST}{postmortem.pk}/sections/badly/", sent, follow=True)

    assert "“What led to it” and “What went badly” are saved." in answer.content.decode()
    texts = dict(postmortem.sections.values_list("key", "text"))
    assert (texts["causes"], texts["badly"]) == ("A.", "B.")


def test_what_the_writer_did_not_touch_stays_as_somebody_else_saved_it(browser):
    postmortem = a_postmortem()
    sent = as_shown(browser, postmortem) | {"text-causes": "Mine."}
    writing.save_section(
        postmortem.pk, "badly", "Theirs.", version=1, by=somebody(), at=minutes(70)
    )

    answer = browser.post(f"{LIST}{postmortem.pk}/sections/causes/", sent)

    texts = dict(postmortem.sections.values_list("key", "text"))
    assert answer.status_code == 302
    assert (texts["causes"], texts["badly"]) == ("Mine.", "Theirs.")


def test_a_conflict_in_one_section_loses_no_text_of_another(browser):
    postmortem = a_postmortem()
    sent = as_shown(browser, postmortem) | {"text-causes": "Mine.", "text-badly": "Mine too."}
    writing.save_section(
        postmortem.pk, "badly", "Theirs.", version=1, by=somebody(), at=minutes(70)
    )

    answer = browser.post(f"{LIST}{postmortem.pk}/sections/causes/", sent)

    html = answer.content.decode()
    assert answer.status_code == 412
    assert "“What led to it” is saved" in html
    assert "Theirs." in html
    assert "Mine too." in html
    assert postmortem.sections.get(key="causes").text == "Mine."


def test_an_address_made_up_by_hand_is_refused_in_words(browser):
    answer = browser.post(f"{LIST}{a_postmortem().pk}/sections/causes/", {"text-no such": "No."})

    assert answer.status_code == 404
    assert "has no section no such" in answer.content.decode()


def test_over_somebody_elses_text_both_are_shown_and_a_second_press_saves(browser):
    postmortem = a_postmortem()
    writing.save_section(
        postmortem.pk, "causes", "Theirs.", version=1, by=somebody(), at=minutes(70)
    )
    where = f"{LIST}{postmortem.pk}/sections/causes/"

    answer = browser.post(where, typed(causes="Mine <b>."))
    html = answer.content.decode()
    assert answer.status_code == 412
    assert "Theirs." in html
    assert "Mine &lt;b&gt;." in html
    [version] = re.findall(r'name="version-causes" value="(\d+)"', html)

    browser.post(where, typed(version, causes="Both."))
    assert postmortem.sections.get(key="causes").text == "Both."


@pytest.mark.parametrize(
    ("text", "version"), [("x" * 100_001, "1"), ("No version", "x"), ("No version", "")]
)
def test_a_bad_save_keeps_what_was_typed(browser, text, version):
    postmortem = a_postmortem()

    answer = browser.post(f"{LIST}{postmortem.pk}/sections/causes/", typed(version, causes=text))

    assert answer.status_code in (412, 422)
    assert text[:50] in answer.content.decode()


def test_the_whole_way_goes_by_buttons(browser, rita):
    postmortem = a_postmortem()
    for key in ("impact", "causes", "badly", "actions"):
        browser.post(f"{LIST}{postmortem.pk}/sections/{key}/", typed(**{key: "Written."}))
    press(browser, postmortem, "add_factor", text="One value decides")
    press(
        browser,
        postmortem,
        "add_action",
        title="Two values",
        owner="rita",
        due_on="2026-12-01",
        factor="1",
    )
    press(browser, postmortem, "ask_review", reviewers="Rita Rask")
    press(browser, postmortem, "answer", verdict="agrees")
    for verb in ("approve", "publish", "close"):
        press(browser, postmortem, verb)

    done = Postmortem.objects.get(pk=postmortem.pk)
    assert (done.state, done.incident.state) == ("closed", "closed")
    assert done.reviews.get().verdict == "agrees"
    assert 'data-action="save"' not in page(browser, postmortem)


def test_a_proposal_replaces_the_sentence_by_one_press(browser):
    AUser(first_name="Jonas", last_name="Brandt")
    postmortem = a_postmortem()
    browser.post(f"{LIST}{postmortem.pk}/sections/causes/", typed(causes="Jonas forgot to look."))
    assert "“Jonas forgot”" in page(browser, postmortem)

    press(
        browser, postmortem, "use_sentence",
        section="causes", rule="{person} forgot", quote="Jonas forgot to look.", instead="Nothing reminded us to ...",
    )  # fmt: skip

    assert postmortem.sections.get(key="causes").text == "Nothing reminded us to look."


def test_factors_are_added_worded_anew_and_removed(browser):
    postmortem = a_postmortem()
    press(browser, postmortem, "add_factor", text="One")
    press(browser, postmortem, "change_factor", number="1", text="Once")
    assert Factor.objects.get().text == "Once"

    press(browser, postmortem, "remove_factor", number="1")
    assert not Factor.objects.exists()


def test_a_text_full_of_blame_can_still_be_opened_and_mended(browser):
    postmortem = a_postmortem()
    text = "somebody forgot " * 5_000
    writing.save_section(postmortem.pk, "causes", text, version=1, by=somebody(), at=minutes(70))

    html = page(browser, postmortem)

    assert len(html) < 3_000_000
    assert "200 blame findings are open" in html


@pytest.mark.parametrize(
    ("verb", "said", "words"),
    [
        ("ask_review", {"reviewers": "nobody-here"}, "Nobody active is called “nobody-here”"),
        ("ask_review", {"reviewers": " , "}, "Name at least one person."),
        ("ask_review", {"reviewers": "a," * 51}, "Name at most 50 people."),
        ("ask_review", {"reviewers": "a," * 1_000_000}, "Name at most 50 people."),
        ("facts", {"owner": "a" * 501}, "at most 500 characters"),
        ("add_factor", {"text": ""}, "This field is required."),
        ("add_action", {"title": "No owner", "due_on": "2026-12-01"}, "Name who does it"),
        ("facts", {"owner": "nobody-here"}, "Nobody active is called “nobody-here”"),
        ("public_text", {"is_public": "on"}, "Write the text for the status page"),
    ],
)
def test_a_refused_form_says_why(browser, verb, said, words):
    assert words in press(browser, a_postmortem(), verb, **said)


def test_a_viewer_reads_and_finds_no_button():
    browser = signed_in(AUser(group="Viewer"))
    postmortem = a_postmortem()

    html = page(browser, postmortem)
    assert "<textarea" not in html
    assert 'data-action="save"' not in html
    answer = browser.post(f"{LIST}{postmortem.pk}/sections/causes/", typed(causes="No."))
    assert answer.status_code == 403
    assert (
        browser.post(f"{LIST}{postmortem.pk}/press/add_factor/", {"text": "No."}).status_code == 403
    )
    assert postmortem.sections.get(key="causes").text == ""


def test_one_press_opens_the_optional_one(browser):
    incident = resolved(an_incident(3))

    answer = browser.post(f"{LIST}open/{incident.pk}/")

    made = Postmortem.objects.get(incident=incident)
    assert answer["Location"].endswith(f"{LIST}{made.pk}/change/")
    assert browser.get(f"{LIST}open/{incident.pk}/").status_code == 403


def test_the_reader_shows_markdown_and_no_field(browser):
    postmortem, _reader = in_review(title=HOSTILE)
    html = page(browser, postmortem, "read/")

    assert "<li><strong>09:00</strong>" in html
    assert "<textarea" not in html
    assert "<script>alert" not in html


def test_hostile_text_is_inert_on_every_page(browser):
    postmortem = a_postmortem(title=HOSTILE, description=HOSTILE)
    writing.save_section(
        postmortem.pk, "causes", f"{HOSTILE}</textarea>", version=1, by=somebody(), at=minutes(70)
    )
    writing.add_factor(postmortem.pk, HOSTILE, by=somebody(), at=minutes(71))
    an_item(postmortem.incident, title=HOSTILE, factor=1)

    for path in ("change/", "read/"):
        html = page(browser, postmortem, path)
        assert "<script>alert" not in html
        assert "</textarea></textarea>" not in html
        assert 'javascript:alert(1)"' not in html


def test_the_export_is_one_markdown_file(browser):
    postmortem, _reader = in_review()
    writing.add_factor(postmortem.pk, "One value decides", by=somebody(), at=minutes(101))
    item = an_item(postmortem.incident, title="Two | values", factor=1)

    answer = browser.get(f"{LIST}{postmortem.pk}/export/")
    text = answer.content.decode()

    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    assert (
        answer["Content-Disposition"] == f'attachment; filename="INC-{postmortem.incident_id}.md"'
    )
    assert text.startswith("# Sign-in codes arrive late\n")
    assert "\n1. One value decides\n" in text
    assert f"| {item.label} Two \\| values |" in text


def test_the_page_costs_the_same_with_much_and_with_little(browser):
    def cost(count: int) -> int:
        postmortem = a_postmortem()
        for number in range(count):
            writing.add_factor(postmortem.pk, f"Factor {number}", by=somebody(), at=minutes(70))
            an_item(postmortem.incident, factor=number + 1)
            incidents.note(postmortem.incident_id, f"Line {number}", by=somebody(), at=minutes(71))
        review.ask_review(
            postmortem.pk, [AUser() for _ in range(count)], by=somebody(), at=minutes(80)
        )
        with CaptureQueriesContext(connection) as queries:
            page(browser, postmortem)
        return len(queries)

    few, many = cost(3), cost(30)

    assert few == many
    assert many <= 45
