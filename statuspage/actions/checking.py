"""Whether something can be said in public: every field of it made fit to store, or refused by name."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from core.errors import Invalid, NotPossible
from statuspage.actions.components import state_named
from statuspage.actions.drafting import Announcement
from statuspage.actions.texts import line_of, text_of
from statuspage.models import Component, Page, PublicIncident
from statuspage.models.public import LONGEST_BODY, LONGEST_NAME
from statuspage.rules.states import OVER, ComponentState, Stage, words

LONGEST_ADVICE = 1000
LONGEST_PROMISE = timedelta(days=30)


def checked(
    said: Announcement, page: Page, public: PublicIncident | None, at: datetime
) -> Announcement:
    """Return what is to be said of `public` (None: of a new one), made fit to store.

    Raises Invalid for the first field that is not, NotPossible for a step that there is not.
    """
    state = _stage(said.state)
    name = line_of(said.name, "/name", LONGEST_NAME, "name")
    body = text_of(said.body, "/body", LONGEST_BODY)
    if not body:
        raise Invalid.field("/body", "Write what is to be said.", "required")
    _refuse_impossible(public, state)
    promise = None if state in OVER else said.next_update_by
    refuse_promise(promise, at)
    if said.started_at is not None and said.started_at > at:
        raise Invalid.field("/started_at", "It can't begin in the future.")
    return Announcement(
        name=name,
        state=state,
        body=body,
        components=_component_states(said.components, page, state),
        next_update_by=promise,
        advice=text_of(said.advice, "/advice", LONGEST_ADVICE),
        started_at=said.started_at,
    )


def refuse_promise(by: datetime | None, at: datetime) -> None:
    """Raise Invalid for a next update that is promised for a time that has passed, or for a day that nobody waits for."""
    if by is not None and not at < by <= at + LONGEST_PROMISE:
        text = f"The next update is promised for a time ahead, within {LONGEST_PROMISE.days} days."
        raise Invalid.field("/next_update_by", text)


def _stage(text: str) -> Stage:
    try:
        return Stage(text)
    except ValueError as error:
        raise Invalid.field(
            "/status", f"status is one of {', '.join(Stage)}; not {text[:50]!r}."
        ) from error


def _refuse_impossible(public: PublicIncident | None, state: Stage) -> None:
    if public is None and state is Stage.POSTMORTEM:
        raise NotPossible("Nothing was told of this incident, so there is no postmortem to tell.")
    if public is None or public.state == state:
        return
    steps = {one.target for one in public.get_available_state_transitions()}  # type: ignore[attr-defined]
    if state not in steps:
        raise NotPossible(f"What is {words(public.state)} in public can't become {words(state)}.")


def _component_states(
    given: Mapping[str, str], page: Page, stage: Stage
) -> dict[str, ComponentState]:
    wanted = {key: state_named(state, f"/components/{key}") for key, state in given.items()}
    known = set(
        Component.objects.filter(
            page=page, public_id__in=list(wanted), retired_at=None
        ).values_list("public_id", flat=True)
    )
    for key, state in wanted.items():
        if key not in known:
            raise Invalid.field(
                "/components",
                f"There is no component {key[:50]!r} on {page.name}.",
                "unknown_component",
            )
        if stage in OVER and state != ComponentState.OPERATIONAL:
            raise Invalid.field(
                f"/components/{key}", "What is over holds nothing back: choose operational."
            )
    return wanted
