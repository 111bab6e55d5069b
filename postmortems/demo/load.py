"""Tell what was learned: every step by its action, `at` its moment. Nobody gets a mail from the past."""

from datetime import date, datetime, timedelta

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Min

from core.actor import Actor
from core.actor import person as person_of
from core.models import Team, User
from incidents.models import Incident
from notify.models import Delivery
from postmortems.actions import chasing, items, open_by_hand, review, writing
from postmortems.actions.asking import KIND as REVIEW_ASKED
from postmortems.actions.history import remember
from postmortems.demo.data import Item, Told, read
from postmortems.models import ActionItem, Postmortem

LOADER = Actor("import", "demo data")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_FAR = ("draft", "in_review", "approved", "published", "closed")
_VERBS = {
    "in_progress": ("start",), "blocked": ("block",), "done": ("finish",), "wont_do": ("drop",), "open": (),
}  # fmt: skip


def tell(at: datetime) -> None:
    """Add postmortems and action items to the demo company as of `at`; runs in the loader's transaction."""
    people = {user.username: user for user in User.objects.all()}
    made = {one.incident: _tell(one, people, now=at) for one in read("postmortems", list[Told])}
    teams = {team.slug: team for team in Team.objects.all()}
    for item in read("items", list[Item]):
        _add(item, people, teams, made.get(item.incident), now=at)
    for one in read("postmortems", list[Told]):
        _review(one, made[one.incident], people, now=at)
    _count_on()
    _remind_until(at)
    Delivery.objects.filter(kind__in=[chasing.KIND, REVIEW_ASKED]).delete()


def _tell(told: Told, people: dict[str, User], *, now: datetime) -> Postmortem:
    """Open one at the end of its incident, and write it."""
    ended = Incident.objects.get(pk=told.incident).ended_at or now
    by = person_of(people[told.owner])
    postmortem = open_by_hand(told.incident, by=LOADER, at=ended)
    writing.change_facts(postmortem.pk, {"owner": people[told.owner]}, by=by, at=ended + HOUR)
    for key, text in told.sections.items():
        writing.save_section(postmortem.pk, key, text, version=0, by=by, at=ended + 2 * HOUR)
    for text in told.factors:
        writing.add_factor(postmortem.pk, text, by=by, at=ended + 3 * HOUR)
    return postmortem


def _add(
    item: Item, people: dict[str, User], teams: dict[str, Team], postmortem: Postmortem | None, *, now: datetime
) -> None:  # fmt: skip
    """Add one under its own number, then take it where it stands."""
    made_at, today = now - item.made * DAY, now.date()
    owner = people.get(item.owner)
    by = person_of(owner or people["mara"])
    first = today + (item.due if item.first is None else item.first) * DAY
    row = ActionItem(
        pk=item.number,
        incident=Incident.objects.select_related("playbook", "service").get(pk=item.incident),
        postmortem=postmortem,
        factor=postmortem.factors.get(position=item.factor) if postmortem and item.factor else None,
        title=item.title,
        kind=item.kind,
        priority=item.priority,
        measure=item.measure,
        owner=owner,
        team=teams.get(item.team),
        due_on=first,
        original_due_on=first,
        created_at=made_at,
        created_by=by.user,
    )
    chasing.set_timer(row, made_at)
    row.save(force_insert=True)
    remember(row, "created", after=row.title, by=by, at=made_at)
    _move_dates(item, first, by, now=now)
    _move(item, by, now=now)


def _move_dates(item: Item, first: date, by: Actor, *, now: datetime) -> None:
    step = (now.date() + item.due * DAY - first) / max(1, item.moved)
    for number in range(1, item.moved + 1):
        due, at = first + number * step, now + (item.first or 0) * DAY + (number - 1) * step
        items.change(item.number, {"due_on": due}, by=by, at=at, reason=item.because)


def _move(item: Item, by: Actor, *, now: datetime) -> None:
    at = now - item.done * DAY if item.done else now - item.made * DAY / 2
    if item.evidence and item.state not in ("done", "wont_do"):
        items.change(item.number, {"evidence": item.evidence}, by=by, at=at)
    for verb in _VERBS[item.state]:
        items.move(item.number, verb, by=by, at=at, reason=item.because, evidence=item.evidence)


def _review(told: Told, postmortem: Postmortem, people: dict[str, User], *, now: datetime) -> None:
    """Take it as far as it has come: asked, answered, approved, published, closed."""
    by, asked = person_of(people[told.owner]), postmortem.opened_at + DAY
    far = _FAR.index(told.far)
    if far >= _FAR.index("in_review"):
        review.ask_review(postmortem.pk, [people[name] for name in told.reviewers], by=by, at=asked)
    for name, verdict in told.reviewers.items():
        if verdict:
            review.answer(postmortem.pk, verdict, by=person_of(people[name]), at=asked + 5 * HOUR)
    steps = (review.approve, review.publish, review.close)
    for number, step in enumerate(steps[: max(0, far - 1)], start=1):
        step(postmortem.pk, by=by, at=asked + (number + 1) * DAY)


def _remind_until(at: datetime) -> None:
    """Let every reminder of the past fall when it did, so that none is left over for today."""
    while True:
        next_at = ActionItem.objects.aggregate(moment=Min("next_reminder_at"))["moment"]
        if next_at is None or next_at > at:
            return
        chasing.remind(next_at)


def _count_on() -> None:
    """Let the next number follow the highest one that was given by hand (PostgreSQL counts apart)."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [ActionItem]):
            cursor.execute(statement)
