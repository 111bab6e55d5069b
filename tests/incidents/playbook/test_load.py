"""A playbook is refused with every problem and its place, or it is exactly what was written."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.playbook import (
    Playbook,
    PlaybookInvalid,
    checked,
    checksum,
    dump,
    from_json,
    load,
    to_yaml,
)
from tests.incidents.playbook.books import SHIPPED, book, changed, text

Change = Callable[[dict[str, Any]], object]


def refused(yaml_text: str) -> tuple[str, ...]:
    with pytest.raises(PlaybookInvalid) as caught:
        load(yaml_text)
    return caught.value.problems


def mistakes(document: dict[str, Any]) -> tuple[str, ...]:
    with pytest.raises(PlaybookInvalid) as caught:
        checked(document)
    return caught.value.problems


@pytest.mark.parametrize("slug", SHIPPED)
def test_it_comes_back_equal_from_a_json_column(slug: str) -> None:
    playbook = book(slug)

    stored = json.loads(json.dumps(dump(playbook)))

    assert stored == dump(playbook)
    assert from_json(stored) == playbook
    assert checksum(from_json(stored)) == checksum(playbook)


@pytest.mark.parametrize("slug", SHIPPED)
def test_it_comes_back_equal_from_an_export(slug: str) -> None:
    assert load(to_yaml(book(slug))) == book(slug)


@pytest.mark.parametrize("slug", SHIPPED)
def test_a_shipped_file_is_named_for_its_slug(slug: str) -> None:
    assert book(slug).slug == slug


def test_the_checksum_ignores_the_order_of_keys_and_nothing_else() -> None:
    turned = changed(
        lambda doc: doc["states"].update(labels=dict(reversed(doc["states"]["labels"].items())))
    )
    edited = changed(lambda doc: doc["states"]["labels"].update(closed="Done with"))

    assert checksum(checked(turned)) == checksum(book("imag"))
    assert checksum(checked(edited)) != checksum(book("imag"))


WRONG: list[tuple[Change, str]] = [
    # Shape: the exact place, whatever the kind of mistake.
    (lambda doc: doc.update(colour="red"), "colour: unknown key"),
    (lambda doc: doc["severities"][2]["targets"].update(acknowledge="5m"), "severities[2].targets.acknowledge: unknown key"),
    (lambda doc: doc["postmortems"]["meeting"].update(place="here"), "postmortems.meeting.place: unknown key"),
    (lambda doc: doc.pop("roles"), "roles: is missing"),
    (lambda doc: doc["roles"][1].pop("label"), "roles[1].label: is missing"),
    (lambda doc: doc.update(version="1"), "version: expected a whole number, got text"),
    (lambda doc: doc.update(version=True), "version: expected a whole number, got true or false"),
    (lambda doc: doc.update(version=0), "version: expected a whole number >= 1, got 0"),
    (lambda doc: doc.update(slug="No Slug"), "slug: expected text matching regex"),
    (lambda doc: doc.update(name=""), "name: expected text of length >= 1"),
    (lambda doc: doc.update(severities={"a": 1}), "severities: expected a list, got a mapping"),
    (lambda doc: doc["severities"].append("SEV-5"), "severities[4]: expected a mapping, got text"),
    (lambda doc: doc.update(states=[]), "states: expected a mapping, got a list"),
    (lambda doc: doc["states"].update(labels=3), "states.labels: expected a mapping, got a number"),
    (lambda doc: doc["states"]["labels"].update(asleep="Zzz"), "states.labels.asleep: invalid enum value"),
    (lambda doc: doc["states"]["labels"].update(closed=None), "states.labels.closed: expected text, got nothing"),
    (lambda doc: doc["severities"][0].update(rank=5), "severities[0].rank: expected a whole number <= 4, got 5"),
    (lambda doc: doc["severities"][2]["targets"].update(ack="soon"), 'severities[2].targets.ack: expected a duration such as "15m"'),
    (lambda doc: doc["severities"][2]["targets"].update(ack="1 days"), 'severities[2].targets.ack: expected "1 day" or "2 days"'),
    (lambda doc: doc["severities"][2]["targets"].update(ack=15), "severities[2].targets.ack: expected a duration in words, got a number"),
    (lambda doc: doc["guards"][0].update(mode="maybe"), "guards[0].mode: expected one of block, warn"),
    (lambda doc: doc["actions"].update(on_time_percent=101), "actions.on_time_percent: expected a number <= 100.0, got 101"),
    (lambda doc: doc.update(summary="a\0b"), "summary: holds a character that cannot be stored"),
    (lambda doc: doc["severity_words"]["words"].update(loud="1"), "severity_words.words.loud: expected a whole number"),
    # Sense: what the parts say about each other.
    (lambda doc: doc["severities"].pop(1), "severities: rank 2 must occur once, occurs 0 times"),
    (lambda doc: doc["severities"][1].update(rank=1), "severities: rank 1 must occur once, occurs 2 times"),
    (lambda doc: doc["severities"][1].update(code="SEV-1"), "severities: code 'SEV-1' occurs 2 times"),
    (lambda doc: doc["severities"][0].update(all_hands={"rule": "unresolved"}), "severities[0].all_hands.after: "),
    (lambda doc: doc["severity_words"].update(unknown="none"), "severity_words.unknown: 'none' must be a word"),
    (lambda doc: doc["severity_words"]["words"].update({" P1": 2}), "severity_words.words: word 'p1' occurs 2 times"),
    (lambda doc: doc["states"]["labels"].pop("merged"), "states.labels.merged: is missing"),
    (lambda doc: doc["states"]["phases"].pop(0), "states.phases: detected must belong to one phase, belongs to 0"),
    (lambda doc: [phase.update(in_stepper=False) for phase in doc["states"]["phases"]], "states.phases: at least one"),
    (lambda doc: doc["states"].update(allowed_shortcuts=[{"state": "closed", "verb": "mitigate"}]), "states.allowed_shortcuts[0]: mitigate is no step from closed"),
    (lambda doc: doc["decision"].update(questions=[]), "decision.questions: needs at least one"),
    (lambda doc: doc["decision"]["questions"][4].update(if_no=None), "decision.questions[4]: the last needs a rank"),
    (lambda doc: doc["decision"]["questions"][0].update(if_no=2), "decision.questions[0]: gives a rank either way"),
    (lambda doc: doc["decision"]["modifiers"][0].update(key="core"), "decision: key 'core' occurs 2 times"),
    (lambda doc: doc["roles"].append(dict(doc["roles"][0], duties=[], must_not=[], skills=[], limits=[])), "roles: key 'commander' occurs 2 times"),
    (lambda doc: doc["role_requirements"][1].update(role="scribe"), "role_requirements[1].role: the playbook has no role scribe"),
    (lambda doc: doc["role_requirements"][1].update(may_combine_with=["scribe"]), "role_requirements[1].may_combine_with[0]: the playbook has no role scribe"),
    (lambda doc: doc["cadences"][2].update(owner_role="scribe"), "cadences[2].owner_role: the playbook has no role scribe"),
    (lambda doc: doc["cadences"][3].update(at_most="1h"), "cadences[3].every: is missing beside at_most"),
    (lambda doc: doc["drills"][0].update(rotate_roles=["driver"]), "drills[0].rotate_roles[0]: the playbook has no role driver"),
    (lambda doc: doc["drills"][1].update(standby_role="driver"), "drills[1].standby_role: the playbook has no role driver"),
    (lambda doc: doc["drills"][0].update(participants_max=2), "drills[0].participants_max: is less"),
    (lambda doc: doc["postmortems"].update(owner_role="scribe"), "postmortems.owner_role: the playbook has no role scribe"),
    (lambda doc: doc["postmortems"]["meeting"].update(facilitator="scribe"), "postmortems.meeting.facilitator: the playbook has no role scribe"),
    (lambda doc: doc["postmortems"]["meeting"].update(minutes_max=5), "postmortems.meeting.minutes_max: is less"),
    (lambda doc: doc["guards"][0].update(ranks=[]), "guards[0].ranks: needs at least one rank"),
    (lambda doc: doc["guards"][0].update(verbs=[]), "guards[0].verbs: needs at least one"),
    (lambda doc: doc["guards"][0].update(verbs=["explode"]), "guards[0].verbs[0]: no verb explode"),
    (lambda doc: doc["guards"][0].update(name="moon_is_full"), "guards[0].name: no predicate moon_is_full"),
    (lambda doc: doc["guards"][0].update(params={}), "guards[0].params.role: is missing"),
    (lambda doc: doc["guards"][0].update(params={"role": "scribe"}), "guards[0].params.role: the playbook has no role scribe"),
    (lambda doc: doc["guards"][5].update(params={"role": "commander"}), "guards[5].params.role: unknown key"),
    (lambda doc: doc["guards"][4].update(params={"checklist": "gone"}), "guards[4].params.checklist: the playbook has no checklist gone"),
    (lambda doc: doc["guards"][5].update(name="quiet_minutes", params={"minutes": "30"}), "guards[5].params.minutes: expected a number from 1"),
    (lambda doc: doc["guards"][5].update(name="quiet_minutes", params={"minutes": 0}), "guards[5].params.minutes: expected a number from 1"),
    (lambda doc: doc["guards"][5].update(name="milestone_set", params={"milestone": "lunch"}), "guards[5].params.milestone: the playbook has no milestone lunch"),
    (lambda doc: doc["messages"][0].update(body="We look: {issue}, {hope}"), "messages[0].fields: hope is used but not listed"),
    (lambda doc: doc["messages"][0].update(body="We look."), "messages[0].fields: issue is listed but not used"),
    (lambda doc: doc["naming"].update(channel="inc-{moon}"), "naming.channel: no token moon"),
    (lambda doc: doc["metrics"][0].update(end="lunch"), "metrics[0].end: no milestone lunch"),
    (lambda doc: doc["metrics"][0].update(end="alerted"), "metrics[0].end: must differ from the start"),
    (lambda doc: doc["escalation"].update(levels=[]), "escalation.levels: needs at least one"),
    (lambda doc: doc["escalation"]["levels"][0].update(methods=[]), "escalation.levels[0].methods: needs at least one"),
    (lambda doc: doc["runbooks"][0].update(metric="heat"), "runbooks[0].metric: no threshold is given for heat"),
    (lambda doc: doc["checklists"][1].update(key="triage"), "checklists: key 'triage' occurs 2 times"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "expected"), WRONG, ids=[expected[:60] for _, expected in WRONG]
)
def test_a_mistake_is_refused_with_its_place(change: Change, expected: str) -> None:
    problems = mistakes(changed(change))

    assert any(problem.startswith(expected) for problem in problems), problems


def test_every_mistake_is_named_at_once() -> None:
    def spoil(doc: dict[str, Any]) -> None:
        doc.update(colour="red", version="1")
        doc["severities"][2]["targets"].update(ack="soon")

    problems = mistakes(changed(spoil))

    assert [problem.split(":")[0] for problem in problems] == [
        "colour",
        "version",
        "severities[2].targets.ack",
    ]


def test_a_mistake_in_the_text_is_refused_with_its_place() -> None:
    spoiled = text("standard").replace("{ack: 15m, respond: 1h}", "{ack: soon, respond: 1h}")

    assert refused(spoiled)[0].startswith("severities[1].targets.ack: expected a duration")


def test_a_refusal_reads_as_one_problem_per_field_and_never_grows_without_end() -> None:
    with pytest.raises(PlaybookInvalid) as caught:
        checked(changed(lambda doc: doc["severities"][2]["targets"].update(ack="soon" * 99)))
    flood = mistakes({f"{number}{'x' * 900}": 1 for number in range(1000)})

    assert caught.value.status == 422
    assert caught.value.extra["errors"] == [
        {
            "pointer": "/severities/2/targets/ack",
            "code": "playbook_invalid",
            "detail": str(caught.value),
        }
    ]
    assert len(flood) == 100
    assert max(map(len, flood)) < 600


BROKEN = {
    "a list at the top": ("- a\n- b\n", "the document: expected a mapping, got a list"),
    "nothing": ("", "the document: expected a mapping, got nothing"),
    "one word": ("hello", "the document: expected a mapping, got text"),
    "two documents": ("a: 1\n---\nb: 2\n", "the document: cannot be read as YAML"),
    "no YAML": ("a: [", "the document: cannot be read as YAML"),
    "a control character": ("a: \x01", "the document: cannot be read as YAML"),
    "half a character": ("a: \ud800", "the document: cannot be read as YAML"),
    "a duplicate key": ("slug: a\nname: b\nslug: c\n", "slug: duplicate key on line 3"),
    "a deep duplicate key": ("roles: [{key: a, key: b}]", "roles[0].key: duplicate key on line 1"),
    "a duplicate under quotes": ("1: a\n'1': b\n", "1: duplicate key on line 2"),
    "a key that is a list": ("? [a]\n: 1\n", "the document: line 1: a key must be plain text"),
    "an anchor": ("a: &x [1]\n", "the document: line 1: anchors and aliases are not allowed"),
    "an alias bomb": (
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n",
        "the document: line 1: anchors and aliases are not allowed",
    ),
    "a merge key": ("a: {<<: {b: 1}}", "a: unknown key"),
    "a tag": ("a: !!python/object:os.system x", "the document: line 1: tags are not allowed"),
    "a broken timestamp": ("a: !!timestamp x", "the document: line 1: tags are not allowed"),
    "a deep hole": ("[" * 5000, "the document: line 1: nested deeper than 32"),
    "300 KiB": (
        "# " + "x" * 300 * 1024,
        "the document: 307202 bytes, more than the 262144 allowed",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_playbook_is_refused(name: str) -> None:
    yaml_text, expected = BROKEN[name]

    assert refused(yaml_text)[0].startswith(expected)


def test_size_is_counted_in_bytes() -> None:
    filled = text("standard") + "# " + "ü" * 130 * 1024

    assert len(filled) < 256 * 1024
    assert "bytes, more than" in refused(filled)[0]


def test_words_that_other_yaml_readers_turn_into_values_stay_words() -> None:
    playbook = checked(
        changed(
            lambda doc: doc["severity_words"]["words"].update(
                {"no": 4, "on": 4, "2025-01-15": 4, "14:30": 4}
            )
        )
    )

    assert {"no", "on", "2025-01-15", "14:30"} <= set(playbook.severity_words.words)
    assert "'no': 4" in to_yaml(playbook)  # quoted, so that every reader agrees


def test_a_stored_document_that_no_longer_fits_is_refused_with_its_place() -> None:
    stored = dump(book("standard"))
    stored["version"] = "one"

    with pytest.raises(PlaybookInvalid) as caught:
        from_json(stored)

    assert caught.value.problems == ("version: expected a whole number, got text",)


YAMLISH = st.text(alphabet="ab:-[]{}&*!#|>?%@'\",~<\n \t\0\x85\ud800é0123._", max_size=120)


@given(YAMLISH)
@settings(max_examples=150, deadline=None)
def test_any_text_is_a_playbook_or_refused(yaml_text: str) -> None:
    with pytest.raises(PlaybookInvalid) as caught:
        load(yaml_text)

    assert caught.value.problems


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_a_damaged_playbook_is_a_playbook_or_refused(data: st.DataObject) -> None:
    whole = text("standard")
    start = data.draw(st.integers(0, len(whole)))
    length = data.draw(st.integers(0, 40))
    damaged = whole[:start] + data.draw(YAMLISH) + whole[start + length :]

    try:
        result: Playbook | tuple[str, ...] = load(damaged)
    except PlaybookInvalid as refusal:
        result = refusal.problems

    assert result
