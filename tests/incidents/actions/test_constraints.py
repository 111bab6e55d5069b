"""A database constraint behind every single-table invariant: what goes round the FSM is refused (design.md 2.3)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction

from core.models import ApiToken, BreakGlassLink, Installation, KeptAnswer, Membership
from incidents.models import (
    Alert,
    AlertKey,
    EntryRevision,
    Incident,
    Milestone,
    PlaybookVersion,
    RawEvent,
    RoleAssignment,
    RoleOffer,
    SavedView,
    Service,
    Source,
    SourceKey,
    TimelineEntry,
    TransitionLog,
)
from incidents.models.service import Dependency
from tests.factories import NINE, AnIncident, AService, ASource, ATeam, AUser
from tests.incidents.actions.scenes import after, an_incident_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped")]

Break = Callable[[], object]


def incident(state: str = "detected", **fields: Any) -> "models.QuerySet[Incident]":
    return Incident.objects.filter(pk=an_incident_in(state, **fields).pk)


def an_event(**fields: Any) -> RawEvent:
    event: RawEvent = RawEvent.objects.create(
        **{"source": ASource(), "received_at": NINE, "kind": "generic", "body": b"{}", **fields}
    )
    return event


def an_alert(**fields: Any) -> Alert:
    if "key" not in fields:
        source = ASource()
        fields["key"] = AlertKey.objects.create(source=source, key="k")
    moments = dict.fromkeys(("started_at", "first_received_at", "last_received_at"), NINE)
    alert: Alert = Alert.objects.create(
        **{"source": fields["key"].source, "title": "t", "severity": "error", **moments, **fields}
    )
    return alert


def twice(make: Callable[[], object]) -> Break:
    def both() -> None:
        make()
        make()

    return both


def _group() -> None:
    first = AnIncident(group_key="g", source=ASource())
    AnIncident(group_key="g", source=first.source, service=first.service)


def _delivery() -> None:
    an_event(source=an_event(delivery_id="d").source, delivery_id="d")


def _key_slot() -> None:
    key = ASource().keys.get()
    SourceKey.objects.create(source=key.source, slot=1, prefix="p", digest="d", created_at=NINE)


def _open_episode() -> None:
    an_alert(key=an_alert(episode="a").key, episode="b")


def _same_episode() -> None:
    an_alert(key=an_alert(episode="a", state="resolved", ended_at=NINE).key, episode="a")


def _alert_key() -> None:
    AlertKey.objects.create(
        source=AlertKey.objects.create(source=ASource(), key="k").source, key="k"
    )


def _step(**fields: Any) -> TransitionLog:
    log: TransitionLog = TransitionLog.objects.create(
        **{
            "incident": AnIncident(), "number": 1, "verb": "resolve", "from_state": "detected",
            "to_state": "resolved", "at": NINE, "actor_kind": "engine", "actor_label": "x", **fields,
        }
    )  # fmt: skip
    return log


def _held(**fields: Any) -> RoleAssignment:
    held: RoleAssignment = RoleAssignment.objects.create(
        **{
            "incident": AnIncident(),
            "role": "commander",
            "user": AUser(),
            "from_at": NINE,
            **fields,
        }
    )
    return held


def _line(**fields: Any) -> TimelineEntry:
    line: TimelineEntry = TimelineEntry.objects.create(
        **{
            "incident": AnIncident(), "kind": "note", "happened_at": NINE, "recorded_at": NINE, "text": "x",
            "actor_kind": "engine", "actor_label": "x", **fields,
        }
    )  # fmt: skip
    return line


def _revision() -> None:
    fields = {
        "at": NINE,
        "text": "x",
        "happened_at": NINE,
        "actor_kind": "engine",
        "actor_label": "x",
    }
    line = _line()
    twice(lambda: EntryRevision.objects.create(entry=line, number=1, **fields))()


def _offer(**fields: Any) -> RoleOffer:
    people = {"user": AUser(), "offered_by": AUser()}
    offer: RoleOffer = RoleOffer.objects.create(
        **{"incident": AnIncident(), "role": "scribe", "offered_at": NINE, **people, **fields}
    )
    return offer


def _dependency() -> None:
    one, two = AService(), AService()
    twice(lambda: Dependency.objects.create(service=one, needs=two))()


def _itself() -> None:
    service = AService()
    Dependency.objects.create(service=service, needs=service)


def _merged_into_itself() -> None:
    rows = incident("merged")
    rows.update(merged_into=rows.get().pk)


def _playbook_again() -> None:
    book = PlaybookVersion.objects.get(slug="standard")
    book.pk = None
    book.save(force_insert=True)


def _place() -> None:
    team, user = ATeam(), AUser()
    twice(lambda: Membership.objects.create(team=team, user=user))()


def a_token(**fields: Any) -> ApiToken:
    token: ApiToken = ApiToken.objects.create(
        **{
            "user": AUser(), "scope": "read", "slot": 1, "prefix": "p", "digest": str(AUser().pk),
            "created_at": NINE, "expires_at": after(days=1), **fields,
        }
    )  # fmt: skip
    return token


def _kept_answer() -> None:
    user = AUser()
    for _ in range(2):
        KeptAnswer.objects.create(user=user, ceiling="manager", key="k", made_at=NINE)


def _view() -> None:
    user = AUser()
    for _ in range(2):
        SavedView.objects.create(user=user, name="mine", query="", created_at=NINE)


# constraint -> what breaks it: mostly a QuerySet.update(), which knows nothing of transitions and actions
BROKEN: dict[str, Break] = {
    "incidents_rank_one_to_four": lambda: incident().update(rank=5),
    "incidents_state_is_known": lambda: incident("resolved").update(state="forgotten"),
    "incidents_ended_when_not_live": lambda: incident("detected").update(state="resolved"),
    "incidents_detected_is_unanswered": lambda: incident("acknowledged").update(state="detected"),
    "incidents_worked_is_answered": lambda: incident("detected").update(state="investigating"),
    "incidents_triage_has_few_states": lambda: incident("monitoring").update(declared_at=None),
    "incidents_merged_has_a_target": lambda: incident("merged").update(merged_into=None),
    "incidents_not_merged_into_itself": _merged_into_itself,
    "incidents_one_open_per_group": _group,
    "incidents_playbook_version_once": _playbook_again,
    "incidents_playbook_counts_from_one": lambda: PlaybookVersion.objects.update(number=0),
    "incidents_tier_is_known": lambda: Service.objects.filter(pk=AService().pk).update(tier="vip"),
    "incidents_dependency_once": _dependency,
    "incidents_no_self_dependency": _itself,
    "incidents_hold_down_is_an_hour_at_most": lambda: Source.objects.filter(pk=ASource().pk).update(hold_down_s=3601),
    "incidents_two_live_keys_per_source": _key_slot,
    "incidents_key_slot_is_one_or_two": lambda: SourceKey.objects.filter(pk=ASource().keys.get().pk).update(slot=3),
    "incidents_alert_key_once": _alert_key,
    "incidents_one_open_episode_per_key": _open_episode,
    "incidents_episode_once": _same_episode,
    "incidents_alert_state_is_known": lambda: Alert.objects.filter(pk=an_alert(state="resolved", ended_at=NINE).pk).update(state="odd"),
    "incidents_alert_ended_when_not_firing": lambda: Alert.objects.filter(pk=an_alert().pk).update(state="resolved"),
    "incidents_only_firing_is_held": lambda: an_alert(state="resolved", ended_at=NINE, held_until=NINE),
    "incidents_delivery_once": _delivery,
    "incidents_verdict_is_known": lambda: an_event(verdict="perhaps", processed_at=NINE),
    "incidents_event_processed_or_pending": lambda: RawEvent.objects.filter(pk=an_event().pk).update(verdict="applied"),
    "incidents_transition_numbered_once": lambda: _step(incident=_step().incident),
    "incidents_transition_verb_is_known": lambda: _step(verb="explode"),
    "incidents_milestone_is_known": lambda: Milestone.objects.create(incident=AnIncident(), kind="tea", at=NINE, recorded_at=NINE),
    "incidents_one_holder_per_role": lambda: _held(incident=_held().incident),
    "incidents_role_ends_after_it_begins": lambda: _held(to_at=NINE - timedelta(seconds=1)),
    "incidents_hypothesis_stands_somewhere": lambda: _line(standing="open", stands_since=NINE),
    "incidents_pinned_by_somebody": lambda: _line(pinned_at=NINE),
    "incidents_revision_numbered_once": _revision,
    "incidents_one_open_offer_per_role": lambda: _offer(incident=_offer().incident),
    "incidents_offer_is_open_or_settled": lambda: _offer(state="accepted"),
    "core_one_place_per_team": _place,
    "core_role_is_known": lambda: Membership.objects.create(team=ATeam(), user=AUser(), role="king"),
    "core_one_installation": lambda: Installation.objects.create(id=2, created_at=NINE),
    "core_two_live_tokens_per_name": lambda: a_token(user=a_token().user, digest="other"),
    "core_token_slot_is_one_or_two": lambda: a_token(slot=3),
    "core_token_ends_after_it_begins": lambda: a_token(expires_at=NINE),
    "core_one_answer_per_key": _kept_answer,
    "core_glass_ends_after_it_begins": lambda: BreakGlassLink.objects.create(
        user=AUser(), digest="d", made_at=NINE, expires_at=NINE
    ),
    "incidents_view_named_once": _view,
}  # fmt: skip
# An unknown state is neither live nor over: PostgreSQL names the first constraint in the alphabet.
BROKEN_TOO = {"incidents_state_is_known": "incidents_ended_when_not_live"}
DECLARED = {
    constraint.name
    for label in ("core", "incidents")
    for model in apps.get_app_config(label).get_models()
    for constraint in model._meta.constraints
}


def test_every_constraint_of_core_and_incidents_has_its_test() -> None:
    assert set(BROKEN) == DECLARED


@pytest.mark.parametrize("name", BROKEN)
def test_the_database_itself_refuses(name: str) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        BROKEN[name]()

    fields = {
        field for label in ("core", "incidents") for model in apps.get_app_config(label).get_models()
        for c in model._meta.constraints if c.name == name for field in getattr(c, "fields", ())
    }  # fmt: skip
    text = str(refused.value)
    assert (
        name in text
        or BROKEN_TOO.get(name, name) in text
        or (fields and all(field in text for field in fields))
    )  # SQLite names the columns


@pytest.mark.parametrize("state", ["acknowledged", "resolved", "merged", "in_review"])
def test_a_bulk_update_round_the_state_machine_is_refused(state: str) -> None:
    made = AnIncident()
    made.__dict__["state"] = state

    with pytest.raises(IntegrityError), transaction.atomic():
        Incident.objects.bulk_update([made], ["state"])


def test_a_group_may_open_again_once_it_is_over_and_two_persons_incidents_never_collide() -> None:
    old = an_incident_in("resolved", group_key="g", source=ASource())
    AnIncident(group_key="g", source=old.source, service=old.service)
    for _ in range(2):
        AnIncident(source=None, service=old.service, group_key="")

    assert Incident.objects.count() == 4
