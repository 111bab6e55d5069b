"""Words that blame are found by the playbook's rules, and nothing else is (R218, AC-G5)."""

import time

import pytest

from incidents.playbook.learning import LanguageRule
from postmortems.rules.language import findings, rewritten

RULES = (
    LanguageRule("{person} forgot", "error", "It names a person.", ("Nothing reminded us to ...",)),
    LanguageRule(
        "should have known", "warning", "Hindsight.", ("At that moment we could see ...",)
    ),
    LanguageRule("we should have known", "warning", "Hindsight.", ()),
    LanguageRule("they didn't follow", "error", "It blames.", ("The process allowed",)),
    LanguageRule("human error", "warning", "It ends the search.", ()),
)
NAMES = frozenset({"bob achterberg", "bob", "achterberg", "tomás avelar", "tomás", "avelar"})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Bob forgot to roll back.", [("error", "Bob forgot")]),
        ("Then Tomás  Avelar\nforgot it.", [("error", "Tomás  Avelar\nforgot")]),
        ("We saw that SHE FORGOT.", [("error", "SHE FORGOT")]),
        ("The deploy forgot nothing.", []),
        ("Bobby forgot the towel.", []),
        ("Bob, forgot by all.", []),
        ("The process allowed an unreviewed change.", []),
        ("We should have known.", [("warning", "We should have known")]),
        ("They didn\u2019t follow the runbook", [("error", "They didn\u2019t follow")]),
        ("Root cause: human   error", [("warning", "human   error")]),
        ("inhuman errors", []),
        ("", []),
    ],
)
def test_the_rules_find_what_they_name(text, found):
    assert [(one.level, one.phrase) for one in findings(text, RULES, NAMES)] == found


def test_a_finding_quotes_its_sentence():
    text = "It was late. Jo and Bob forgot to look! Then it broke."

    assert findings(text, RULES, NAMES)[0].quote == "Jo and Bob forgot to look!"


def test_of_a_sentence_without_end_only_what_is_near_is_quoted():
    text = "and Bob forgot it " * 5_000

    found = findings(text, RULES, NAMES)

    assert len(found) == 5_000
    assert all("Bob forgot" in one.quote and len(one.quote) <= 1_000 for one in found)
    assert len(findings(f"Bob forgot {'it ' * 200}.", RULES, NAMES)[0].quote) > 600


def test_a_proposal_behind_many_empty_lines_takes_no_longer():
    text = "\n" * 99_000 + "Now Bob forgot it."
    begun = time.monotonic()

    assert rewritten(text, findings(text, RULES, NAMES)[0], "The process allowed").endswith(
        "Now the process allowed it."
    )
    assert time.monotonic() - begun < 2  # a minute where each line is looked at to the end


def test_the_longer_phrase_stands_for_both():
    assert len(findings("We should have known it.", RULES, NAMES)) == 1


@pytest.mark.parametrize(
    ("text", "instead", "becomes"),
    [
        ("Bob forgot to look.", "Nothing reminded us to ...", "Nothing reminded us to look."),
        ("At ten Bob forgot to look.", "The system failed to", "At ten the system failed to look."),
        ("First. Bob forgot it.", "The process allowed", "First. The process allowed it."),
        ("First:  Bob forgot it.", "The process allowed", "First:  The process allowed it."),
        ("First\n \nBob forgot it.", "The process allowed", "First\n \nThe process allowed it."),
    ],
)
def test_a_proposal_takes_the_place_of_the_phrase(text, instead, becomes):
    assert rewritten(text, findings(text, RULES, NAMES)[0], instead) == becomes


def test_a_long_text_is_read_in_time():
    text = "a " * 10_000 + "Bob forgot. " * 6_000

    assert len(findings(text, RULES, NAMES)) == 6_000


def test_signs_of_a_pattern_in_a_rule_are_plain_letters():
    rule = LanguageRule("a.c (d)", "error", "Odd.", ())

    assert [one.phrase for one in findings("abc (d), a.c (d)", (rule,), NAMES)] == ["a.c (d)"]
