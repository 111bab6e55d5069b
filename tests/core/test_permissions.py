"""One function for every door: right by verb, ceilings, managers of their own team, tokens."""

from datetime import timedelta

import pytest
from django.conf import settings

from core.actions import make_token, revoke_token
from core.actor import ENGINE, Actor, person, reply, source
from core.errors import Invalid, NotAllowed, NotFound, NotPossible
from core.models import ApiToken
from core.permissions import may, require
from core.rights import Right
from core.secrets import digest
from tests.core.api.callers import Caller
from tests.factories import NINE, AnIncident, AService, ASource, ATeam, AUser, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped")]

HELD = {"Viewer": Right.VIEWER, "Responder": Right.RESPONDER, "Administrator": Right.ADMINISTRATOR}


@pytest.mark.parametrize("group", HELD)
def test_right_by_verb(group: str) -> None:
    actor = somebody(group)

    for verb, needed in settings.RIGHTS.items():
        assert may(actor, verb) == (HELD[group] >= needed), verb


@pytest.mark.parametrize(("ceiling", "right"), [
    ("viewer", Right.VIEWER), ("responder", Right.RESPONDER), ("administrator", Right.ADMINISTRATOR),
])  # fmt: skip
def test_a_ceiling_bounds_even_an_administrator(ceiling: str, right: Right) -> None:
    actor = person(AUser(group="Administrator"), ceiling=ceiling)

    for verb, needed in settings.RIGHTS.items():
        assert may(actor, verb) == (right >= needed), verb


def test_a_manager_edits_what_is_their_teams_and_nothing_else() -> None:
    team = ATeam()
    boss, mate = somebody(manages=team), somebody(member_of=team)
    mine, other = AService(team=team), AService()
    things = [(team, ATeam()), (mine, other), (ASource(service=mine), ASource(service=other)),
              (AnIncident(service=mine), AnIncident(service=other))]  # fmt: skip
    verbs = [verb for verb, needed in settings.RIGHTS.items() if needed is Right.MANAGER]
    assert verbs

    for verb in verbs:
        for own, foreign in things:
            assert may(boss, verb, own)
            assert not may(boss, verb, foreign)
            assert not may(mate, verb, own)
        assert not may(boss, verb)
        assert not may(boss, verb, object())


def test_a_manager_who_may_only_look_or_whose_token_may_only_read_edits_nothing() -> None:
    team = ATeam()
    viewer = somebody("Viewer", manages=team)
    boss = AUser(manages=team)

    assert not may(viewer, "core.edit_team", team)
    assert not may(person(boss, ceiling="viewer"), "core.edit_team", team)
    assert may(person(boss, ceiling="responder"), "core.edit_team", team)


@pytest.mark.parametrize("field", ["is_active", "is_staff"])
def test_who_has_left_or_may_not_sign_in_may_nothing(field: str) -> None:
    gone = AUser(group="Administrator", **{field: False})

    assert not any(may(person(gone), verb) for verb in settings.RIGHTS)


def test_who_may_not_sign_in_still_answers_a_page() -> None:
    barred = AUser(is_staff=False)

    assert may(reply(barred), "incidents.acknowledge")


def test_who_is_in_no_group_may_look() -> None:
    nobody = AUser()
    nobody.groups.clear()

    assert may(person(nobody), "incidents.view")
    assert not may(person(nobody), "incidents.acknowledge")
    assert not may(Actor("person", "nobody"), "incidents.view")


def test_machines_do_what_code_tells_them() -> None:
    assert all(may(ENGINE, verb) and may(source(1, "s"), verb) for verb in settings.RIGHTS)


def test_a_superuser_is_an_administrator() -> None:
    assert may(person(AUser(group="Viewer", is_superuser=True)), "core.edit_people")


def test_a_verb_without_a_right_is_a_bug() -> None:
    with pytest.raises(KeyError):
        may(somebody("Administrator"), "incidents.explode")


def test_a_refusal_says_what_it_needs() -> None:
    with pytest.raises(NotAllowed, match="Administrator"):
        require(somebody(), "core.edit_people")
    with pytest.raises(NotAllowed, match="manager of its team"):
        require(somebody(), "core.edit_team", ATeam())


# --- Tokens ---


def knows(token: str) -> int:
    """Return how the API answers to a token."""
    return Caller(AUser(), token).get("users/").status_code


def test_a_token_is_shown_once_and_stored_hashed(clock) -> None:
    user = AUser()

    plain = make_token(user, scope="read", by=person(user), at=NINE)

    row = ApiToken.objects.get()
    assert (row.digest, row.prefix, len(plain) >= 43 + 4) == (digest(plain), plain[:12], True)
    assert plain not in str(ApiToken.objects.values().get())
    assert row.expires_at == NINE + timedelta(days=365)
    assert knows(plain) == 200


def test_two_of_a_name_live_and_the_third_waits_for_a_free_place(clock) -> None:
    user = AUser()
    first, second = (make_token(user, scope="write", by=person(user), at=NINE) for _ in range(2))
    with pytest.raises(NotPossible):
        make_token(user, scope="write", by=person(user), at=NINE)
    assert make_token(user, scope="write", by=person(user), at=NINE, name="other")

    revoke_token(ApiToken.objects.get(digest=digest(first)).pk, by=person(user), at=NINE)

    assert (knows(first), knows(second)) == (401, 200)
    assert knows(make_token(user, scope="write", by=person(user), at=NINE)) == 200


def test_an_expired_token_is_refused_and_makes_room(clock) -> None:
    user = AUser()
    old = [make_token(user, scope="read", by=person(user), at=NINE) for _ in range(2)]
    clock.forward(days=365)

    assert [knows(token) for token in old] == [401, 401]
    assert knows(make_token(user, scope="read", by=person(user), at=clock.now)) == 200


def test_ending_a_token_twice_changes_nothing_and_none_is_not_found() -> None:
    user = AUser()
    make_token(user, scope="read", by=person(user), at=NINE)
    token = ApiToken.objects.get()

    for hours in (1, 2):
        revoke_token(token.pk, by=person(user), at=NINE + timedelta(hours=hours))

    assert ApiToken.objects.get().revoked_at == NINE + timedelta(hours=1)
    with pytest.raises(NotFound):
        revoke_token(token.pk + 1, by=person(user), at=NINE)


def test_only_an_administrator_makes_and_ends_tokens_of_others() -> None:
    user = AUser()
    with pytest.raises(NotAllowed):
        make_token(user, scope="read", by=somebody(), at=NINE)
    make_token(user, scope="read", by=somebody("Administrator"), at=NINE)
    with pytest.raises(NotAllowed):
        revoke_token(ApiToken.objects.get().pk, by=somebody(), at=NINE)

    assert ApiToken.objects.get().revoked_at is None


@pytest.mark.parametrize("ceiling", ["viewer", "responder", "manager"])
def test_a_token_makes_no_tokens(ceiling: str) -> None:
    user = AUser(group="Administrator")

    with pytest.raises(NotAllowed):
        make_token(user, scope="admin", by=person(user, ceiling=ceiling), at=NINE)


@pytest.mark.parametrize(
    ("scope", "name"), [("root", "t"), ("", "t"), ("read", ""), ("read", "x" * 81)]
)
def test_a_wrong_scope_or_name_is_refused(scope: str, name: str) -> None:
    user = AUser()

    with pytest.raises(Invalid):
        make_token(user, scope=scope, by=person(user), at=NINE, name=name)


@pytest.mark.django_db
@pytest.mark.parametrize("group", ["Viewer", "Responder", "Administrator"])
def test_whoever_was_paged_may_answer_by_link_and_nothing_else(group: str) -> None:
    actor = reply(AUser(group=group))

    allowed = {verb for verb in settings.RIGHTS if may(actor, verb)}

    assert allowed == settings.REPLY_VERBS
