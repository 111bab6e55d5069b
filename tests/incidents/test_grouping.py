"""Is it news? I1 to I6 on the pure rule, with many streams (integrations 8.3)."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.grouping import Judgement, Known, Move, judge
from tests.factories import NINE

HOLD_S = 60


@dataclass
class Key:
    """One key as the ledger keeps it: what is known, which episodes opened, how often it would page."""

    known: Known = field(default_factory=Known)
    opened: tuple[str, ...] = ()
    held_until: datetime | None = None

    def hears(
        self, action: str, episode: str | None, sequence: int, at: datetime = NINE
    ) -> Judgement:
        found = judge(action, episode, self.known, sequence=sequence, at=at, hold_down_s=HOLD_S)
        self._apply(found.move, episode or "", at)
        self.known = replace(self.known, last_sequence=max(sequence, self.known.last_sequence))
        return found

    def _apply(self, move: Move, episode: str, at: datetime) -> None:
        known = self.known
        closed = max(known.closed_episode, known.open_episode or "")
        if move in (Move.OPEN, Move.HOLD):
            self.known = replace(known, open_episode=episode)
        if move is Move.REPLACE:
            self.known = replace(known, open_episode=episode, closed_episode=closed)
        if move is Move.RESOLVE:
            started = known.resolved_at if self.held_until else at
            self.known = replace(
                known, open_episode=None, closed_episode=closed, resolved_at=started
            )
            self.held_until = None
        if move in (Move.BURY, Move.END_SUPERSEDED):
            self.known = replace(known, open_episode=None, closed_episode=max(closed, episode))
        if move is Move.HOLD:
            assert known.resolved_at is not None
            self.held_until = known.resolved_at + timedelta(seconds=HOLD_S)
        if move in (Move.OPEN, Move.REPLACE):
            self.opened = (*self.opened, episode)

    @property
    def state(self) -> tuple[str | None, str]:
        """Return what counts: whether one fires, and which; while none does, up to where all is over."""
        fires = self.known.open_episode
        return fires, "" if fires else self.known.closed_episode


NAMED = st.tuples(
    st.sampled_from(["trigger", "resolve"]), st.sampled_from(["e1", "e2", "e3", "e4"])
)
UNNAMED = st.tuples(st.sampled_from(["trigger", "resolve", "acknowledge"]), st.integers(0, 90))


@given(st.lists(NAMED, max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=500, deadline=None)
def test_named_episodes_end_the_same_in_every_order_and_with_every_duplicate(
    stream, randomness
) -> None:
    one, two = Key(), Key()
    shuffled = [*stream, *stream[: len(stream) // 2]]
    randomness.shuffle(shuffled)

    for number, (action, episode) in enumerate(stream):
        one.hears(action, episode, number)
    for number, (action, episode) in enumerate(shuffled):
        two.hears(action, episode, number)

    assert one.state == two.state


@given(st.lists(NAMED, max_size=14))
@settings(max_examples=500, deadline=None)
def test_no_named_episode_opens_twice_or_after_its_end(stream) -> None:
    key, over = Key(), set()

    for number, (action, episode) in enumerate(stream):
        before = len(key.opened)
        key.hears(action, episode, number)
        assert len(key.opened) == before or episode not in over
        if action == "resolve":
            over.add(episode)

    assert len(set(key.opened)) == len(key.opened)


@given(st.lists(NAMED, max_size=10), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_the_order_of_commits_takes_no_named_news_away(stream, randomness) -> None:
    numbers = list(range(len(stream)))
    randomness.shuffle(numbers)
    key, plain = Key(), Key()

    for number, (action, episode) in zip(numbers, stream, strict=True):
        key.hears(action, episode, number)
    for number, (action, episode) in enumerate(stream):
        plain.hears(action, episode, number)

    assert key.state == plain.state


@given(st.lists(UNNAMED, max_size=14))
@settings(max_examples=500, deadline=None)
def test_unnamed_events_end_as_the_last_says_and_twice_is_once(stream) -> None:
    once, doubled, at = Key(), Key(), NINE

    for number, (action, seconds) in enumerate(stream):
        at += timedelta(seconds=seconds)
        once.hears(action, None, 2 * number, at)
        doubled.hears(action, None, 2 * number, at)
        doubled.hears(action, None, 2 * number + 1, at)

    said = [action for action, _ in stream if action != "acknowledge"]
    assert (once.known.open_episode is not None) == (said[-1:] == ["trigger"])
    assert (once.known.open_episode, once.opened) == (doubled.known.open_episode, doubled.opened)


@given(st.lists(st.integers(1, 20), min_size=2, max_size=40))
@settings(max_examples=300, deadline=None)
def test_a_flapping_key_is_held_for_one_hold_down_and_not_for_ever(gaps) -> None:
    key, at = Key(), NINE
    key.hears("trigger", None, 0, at)
    at += timedelta(seconds=1)
    key.hears("resolve", None, 1, at)
    began = at

    for number, gap in enumerate(gaps):
        action = ("trigger", "resolve")[number % 2]
        at += timedelta(seconds=gap)
        found = key.hears(action, None, 2 + number, at)
        if action == "trigger" and at - began >= timedelta(seconds=HOLD_S):
            assert found.move is Move.OPEN
            return
        if key.held_until is not None:
            assert key.held_until == began + timedelta(seconds=HOLD_S)


@pytest.mark.parametrize(("action", "known", "verdict", "move"), [
    ("trigger", Known(), "applied", Move.OPEN),
    ("trigger", Known(open_episode=""), "duplicate", Move.REPEAT),
    ("trigger", Known(resolved_at=NINE - timedelta(seconds=59)), "applied", Move.HOLD),
    ("trigger", Known(resolved_at=NINE - timedelta(seconds=60)), "applied", Move.OPEN),
    ("resolve", Known(), "orphan_resolve", Move.NONE),
    ("resolve", Known(resolved_at=NINE), "duplicate", Move.NONE),
    ("resolve", Known(open_episode=""), "applied", Move.RESOLVE),
    ("acknowledge", Known(), "ignored", Move.NONE),
    ("acknowledge", Known(open_episode=""), "applied", Move.ACKNOWLEDGE),
    ("trigger", Known(last_sequence=9), "stale", Move.NONE),
    ("resolve", Known(last_sequence=9, open_episode=""), "stale", Move.NONE),
])  # fmt: skip
def test_unnamed_events(action: str, known: Known, verdict: str, move: Move) -> None:
    found = judge(action, None, known, sequence=5, at=NINE, hold_down_s=HOLD_S)

    assert (found.verdict, found.move) == (verdict, move)


@pytest.mark.parametrize(("action", "known", "verdict", "move"), [
    ("trigger", Known(), "applied", Move.OPEN),
    ("trigger", Known(open_episode="e2"), "duplicate", Move.REPEAT),
    ("trigger", Known(open_episode="e3"), "stale", Move.NONE),
    ("trigger", Known(open_episode="e1"), "applied", Move.REPLACE),
    ("trigger", Known(open_episode=""), "applied", Move.REPLACE),
    ("trigger", Known(closed_episode="e2"), "stale", Move.NONE),
    ("trigger", Known(closed_episode="e1", last_sequence=9), "applied", Move.OPEN),
    ("resolve", Known(), "orphan_resolve", Move.BURY),
    ("resolve", Known(open_episode="e2"), "applied", Move.RESOLVE),
    ("resolve", Known(open_episode="e3"), "stale", Move.NONE),
    ("resolve", Known(open_episode="e1"), "applied", Move.END_SUPERSEDED),
    ("resolve", Known(closed_episode="e2"), "duplicate", Move.NONE),
])  # fmt: skip
def test_named_events(action: str, known: Known, verdict: str, move: Move) -> None:
    found = judge(action, "e2", known, sequence=5, at=NINE, hold_down_s=HOLD_S)

    assert (found.verdict, found.move) == (verdict, move)


@pytest.mark.parametrize("order", list(permutations(["trigger", "acknowledge", "resolve"])))
def test_fire_acknowledge_resolve_in_any_order_leaves_no_zombie(order) -> None:
    key = Key()

    for number, action in enumerate(order):
        key.hears(action, None, number)

    assert (key.known.open_episode is not None) == (order.index("trigger") > order.index("resolve"))
