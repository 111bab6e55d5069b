"""What subscribers are sent, written at the moment of sending: mails of updates, and of signing up (public.md 11)."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlsplit

from notify.channels import Message
from notify.models import Delivery
from statuspage.actions import tokens
from statuspage.actions.listing import called_on
from statuspage.actions.picture import Told, tell
from statuspage.actions.places import place_of
from statuspage.actions.shapes import lasted, touched
from statuspage.look import letters as look
from statuspage.look.shape import Stage as ShownStage
from statuspage.look.shape import State
from statuspage.look.states import CODES, WORDS, listed, stage_word
from statuspage.look.times import Times, day_short, duration
from statuspage.look.times import lasted as span_words
from statuspage.models import Page, PublicIncident, PublicNotice, PublicUpdate, Subscriber
from statuspage.rules.states import BADNESS, OVER, ComponentState, Stage, worst


@dataclass(frozen=True, slots=True)
class _Facts:
    """One update of an incident as it is told: all that was said until it, and what each component did."""

    page: Page
    told: Told
    update: PublicUpdate
    times: Times
    names: dict[int, str]

    @property
    def is_over(self) -> bool:
        return self.update.state in OVER

    @property
    def row(self) -> PublicIncident:
        return self.told.row


@dataclass(frozen=True, slots=True)
class _Asking:
    """A question to the owner of an address."""

    title: str
    body: str
    button: tuple[str, str]
    foot: look.Foot


def update_mail(
    delivery: Delivery, notice: PublicNotice, update: PublicUpdate, at: datetime
) -> Message:
    """Return one subscriber's copy of a public update, as a mail."""
    facts = _facts(update)
    text, html = look.written(_letter(facts, notice.subscriber, at))
    subject = f"{facts.page.name}: {notice.mailing.facts['subject']}"
    is_first = update.number == 1
    return Message(
        kind=delivery.kind,
        subject=subject if is_first else f"Re: {subject}",
        text=text,
        html=html,
        id=f"{facts.row.public_id}.{update.number}",
        thread=f"{facts.row.public_id}.1",
        sent_at=at,
        occurred_at=update.display_at,
        reply_headers=list_headers(notice.subscriber),
        sender_name=facts.page.name,
    )


def subscribe_message(delivery: Delivery, at: datetime) -> Message:
    """Return the mail that asks to confirm; who is confirmed already is sent the managing link instead."""
    row = Subscriber.objects.select_related("page").get(pk=delivery.object_id)
    page, place = row.page, place_of(row.page)
    known = row.state == Subscriber.State.CONFIRMED
    times = Times.of(zone_of(page), at)
    if known:
        title, words = "You are subscribed already", "Change what you get"
        url = place.url(f"/subscribe/manage/{tokens.managing(row, at)}")
        body = "Somebody asked for status mail to this address, which gets it already. Nothing was changed."
    else:
        title, words = "Confirm your subscription", "Confirm or ignore"
        url = place.url(f"/subscribe/confirm/{tokens.confirming(row)}")
        until = times.words(row.confirm_until) if row.confirm_until else ""
        body = (
            f"Somebody, we hope you, asked for status mail from {page.name} to this address: "
            f"{what_is_wanted(row)}.\n\nThe link shows a page with one button; opening it changes nothing. "
            f"Without that button nothing is ever sent. The link ends {until}."
        )
    why = f"You get this because this address was typed at {place.site}."
    foot_ = look.Foot(why, help=_help(page))
    return _question(delivery, row, _Asking(title, body, (words, url), foot_), at)


def invited_message(delivery: Delivery, at: datetime) -> Message:
    """Return the mail that asks who was on a list whether to tell them; it is sent once, and can be declined for good."""
    row = Subscriber.objects.select_related("page").get(pk=delivery.object_id)
    page, place = row.page, place_of(row.page)
    until = Times.of(zone_of(page), at).words(row.confirm_until) if row.confirm_until else ""
    body = (
        f"{page.name} would like to tell this address when something does not work: {what_is_wanted(row)}.\n\n"
        "The link shows a page with one button; opening it changes nothing. Without that button nothing more "
        f"is ever sent, and the address is deleted. The link ends {until}."
    )
    foot_ = look.Foot(
        f"You get this because this address is on a list of {page.name}.",
        leave_url=place.url(f"/subscribe/leave/{tokens.leaving(row)}"),
        help=_help(page),
    )
    url = place.url(f"/subscribe/confirm/{tokens.confirming(row)}")
    asking = _Asking("Do you want status mail?", body, ("Confirm or ignore", url), foot_)
    return replace(_question(delivery, row, asking, at), reply_headers=list_headers(row))


def _question(delivery: Delivery, row: Subscriber, asking: _Asking, at: datetime) -> Message:
    name = row.page.name
    letter = look.Letter(
        page=name,
        code="",
        word="",
        title=asking.title,
        preheader=look.preheader(asking.body),
        button=asking.button,
        foot=asking.foot,
        body=asking.body,
    )
    text, html = look.written(letter)
    return Message(
        kind=delivery.kind,
        subject=f"{name}: {asking.title[0].lower()}{asking.title[1:]}",
        text=text,
        html=html,
        id=f"subscribe-{row.public_id}-{delivery.pk}",
        sent_at=at,
        sender_name=name,
    )


def list_headers(row: Subscriber) -> dict[str, str]:
    """Return the headers by which a mail program leaves the list in one click (RFC 2369, 2919, 8058)."""
    place = place_of(row.page)
    host = urlsplit(place.site).hostname or "localhost"
    name = f"{row.page.slug}.{host}" if place.root else host
    return {
        "List-ID": f"<{name}>",
        "List-Unsubscribe": f"<{place.url(f'/subscribe/leave/{tokens.leaving(row)}')}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def what_is_wanted(row: Subscriber) -> str:
    """Say what a subscriber gets: "Buying and E-books, one message at the start and one at the end"."""
    often = (
        "every update"
        if row.wants == Subscriber.Wants.EVERYTHING
        else "one message at the start and one at the end"
    )
    work = ", and planned maintenance" if row.wants_maintenance else ""
    return f"{what_is_followed(row)}, {often}{work}"


def what_is_followed(row: Subscriber) -> str:
    """Name what a subscriber follows: "Buying and E-books", "all components"."""
    if row.follows_all:
        return "all components"
    rows = row.subscriptions.select_related("group", "component", "incident")
    names = [str(one.group or one.component or one.incident) for one in rows]
    return listed(sorted(names)) if names else "nothing"


def _facts(update: PublicUpdate) -> _Facts:
    [told] = tell(PublicIncident.objects.filter(pk=update.incident_id))
    said = [one for one in told.updates if one.number <= update.number]
    page = update.incident.page
    names = {c.component_id: c.component.name for one in said for c in one.changes.all()}
    names |= {pk: name for pk, name in called_on(page).items() if pk in names}
    times = Times.of(zone_of(page), update.display_at)
    return _Facts(page, Told(told.row, said), said[-1], times, names)


def _letter(facts: _Facts, row: Subscriber, at: datetime) -> look.Letter:
    stage = stage_word(ShownStage(facts.update.state)) if not facts.is_over else "Resolved"
    states = _states(facts)
    state = State(worst(states.values()))
    is_well = state is State.OPERATIONAL
    place = place_of(facts.page)
    return look.Letter(
        page=facts.page.name,
        code="op" if facts.is_over else ("" if is_well else CODES[state]),
        word=_word(facts, stage) if facts.is_over or is_well else WORDS[state],
        title=facts.row.name,
        preheader=look.preheader(_preheader(facts, stage)),
        button=("Read the incident", place.url(facts.row.path)),
        foot=foot(row, at),
        rows=_ended(facts) if facts.is_over else _lasting(facts, stage, states),
        body=facts.update.body,
        advice="" if facts.is_over else facts.row.advice,
        log=_log(facts) if facts.update.state == Stage.RESOLVED else (),
    )


def _word(facts: _Facts, stage: str) -> str:
    return "Postmortem" if facts.update.state == Stage.POSTMORTEM else stage


def _preheader(facts: _Facts, stage: str) -> str:
    when = facts.times.words(facts.update.display_at)
    first = facts.update.body.strip().split("\n")[0]
    promised = facts.update.next_update_by
    owed = f" Next update by {facts.times.words(promised)}." if promised else ""
    room = look.LONGEST_PREHEADER - len(owed) - len(f"{stage}, {when}. ")
    short = first if len(first) <= room else f"{first[: max(room - 2, 0)].rstrip()} …"
    return f"{stage}, {when}. {short}{owed}"


def foot(row: Subscriber, at: datetime) -> look.Foot:
    """Return why a subscriber gets a message, and how to change or end that."""
    place = place_of(row.page)
    return look.Foot(
        why=f"You get this because {row.address} follows {what_is_followed(row)} on {row.page.name} status.",
        manage_url=place.url(f"/subscribe/manage/{tokens.managing(row, at)}"),
        leave_url=place.url(f"/subscribe/leave/{tokens.leaving(row)}"),
        help=_help(row.page),
    )


def _states(facts: _Facts) -> dict[int, ComponentState]:
    """Return how each component that the incident touched does, by its own words."""
    return {pk: steps[-1][1] for pk, steps in touched(facts.told).items()}


def _lasting(facts: _Facts, stage: str, states: dict[int, ComponentState]) -> tuple[look.Row, ...]:
    affected = tuple(
        f"{facts.names[pk]}: {WORDS[State(state)].lower()}"
        for pk, state in sorted(states.items(), key=lambda pair: -BADNESS[pair[1]])
    )
    rows = [look.Row("Stage", (stage,))]
    rows += [look.Row("Affected", affected)] if affected else []
    rows += [look.Row("Since", (_on_day(facts, facts.row.started_at),))]
    promised = facts.update.next_update_by
    rows += [look.Row("Next update by", (facts.times.words(promised),))] if promised else []
    return tuple(rows)


def _ended(facts: _Facts) -> tuple[look.Row, ...]:
    begin, end = facts.row.started_at, facts.row.resolved_at or facts.update.display_at
    lines = []
    for pk, steps in touched(facts.told).items():
        state = max((one for _at, one in steps), key=BADNESS.__getitem__)
        spent = lasted(steps, state, end)
        lines.append(f"{facts.names[pk]}: {WORDS[State(state)].lower()}, {duration(spent)}")
    times, day = facts.times.on(facts.times.day(begin)), facts.times.day(begin)
    whole = f"{span_words(begin, end)}, {times.words(begin)} to {times.words(end)}, {_day(day)}"
    rows = [look.Row("Lasted", (whole,))]
    return tuple([*rows, look.Row("Affected", tuple(lines))] if lines else rows)


def _log(facts: _Facts) -> tuple[look.Said, ...]:
    return tuple(
        look.Said(
            facts.times.words(one.display_at), stage_word(ShownStage(one.state)), one.body.strip()
        )
        for one in reversed(facts.told.updates)
        if one.state != Stage.POSTMORTEM
    )


def _on_day(facts: _Facts, at: datetime) -> str:
    """Return "14:05 UTC, Sat 21 Nov 2026": a mail may be read on any day."""
    day = facts.times.day(at)
    return f"{facts.times.on(day).words(at)}, {_day(day)}"


def _day(day: date) -> str:
    return f"{day_short(day)} {day.year}"


def zone_of(page: Page) -> str:
    """Return the zone of a page by the name that people know."""
    return "UTC" if page.time_zone == "Etc/UTC" else page.time_zone


def _help(page: Page) -> str:
    return page.support_url.removeprefix("mailto:")
