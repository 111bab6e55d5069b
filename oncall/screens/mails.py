"""Mails to responders: subject, complete plain text of 64 columns, and HTML (public.md 11).

A page's subject carries its own deadline; whatever follows it answers in the same thread
("Re: " and the same subject), since mail clients thread by subject.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.template.loader import render_to_string

from oncall.screens import words
from oncall.screens.contract import ClearedMail, IncidentFacts, NextPage, NoticeMail, PageMail
from oncall.screens.reply import duty_sentence, tamed

COLUMNS = 64
SUBJECT_TITLE_LIMIT = 100
TITLE_LIMIT = 160
VALUE_LIMIT = 400
WHERE_LIMIT = 120
PREHEADER_LIMIT = 90

Mail = tuple[str, str, str]
Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Letter:
    """What the templates print; `rows` are label and value, `table` the same for plain text."""

    subject: str
    preheader: str
    to: str
    label: str
    tone: str
    heading: str
    rows: Sequence[Row]
    paragraphs: Sequence[str]
    button: Row
    footer: Sequence[str]

    @property
    def table(self) -> str:
        return "\n".join(_table(self.rows))

    @property
    def headline(self) -> str:
        return _filled(f"{self.label}: {self.heading}")

    @property
    def prose(self) -> Sequence[str]:
        return [_filled(paragraph) for paragraph in self.paragraphs]

    @property
    def small(self) -> Sequence[str]:
        return [_filled(line) for line in self.footer]


def page_mail(data: PageMail) -> Mail:
    """Return (subject, text, html) of one page to one person."""
    zone = words.zone_of(data.zone)
    incident = tamed(data.incident)
    letter = _Letter(
        subject=page_subject(data),
        preheader=_preheader(data, zone),
        to=_to(data.person, data.duty.schedule if data.duty else ""),
        label=incident.code,
        tone=f"sev{incident.rank}",
        heading=words.plain(incident.title, TITLE_LIMIT) or incident.number,
        rows=_filled_rows(_page_rows(data, zone)),
        paragraphs=("Opening it changes nothing.",),
        button=("Open to acknowledge", data.reply_url),
        footer=_page_footer(data, zone),
    )
    return _rendered("page", letter)


def page_subject(data: PageMail) -> str:
    """Return "[SEV-1] TITLE, INC-2041: answer by 03:06 CET"; "answer now" for the last in line."""
    zone = words.zone_of(data.zone)
    by = f"answer by {words.clock(data.next_page.at, zone)}" if data.next_page else "answer now"
    incident = tamed(data.incident)
    title = words.plain(incident.title, SUBJECT_TITLE_LIMIT) or "No title"
    return f"[{incident.code}] {title}, {incident.number}: {by}"


def cleared_mail(data: ClearedMail) -> Mail:
    """Return (subject, text, html) of "it cleared itself", in the thread of that person's page."""
    zone = words.zone_of(data.zone)
    incident = data.incident
    ended = words.clock(data.ended_at, zone)
    letter = _Letter(
        subject=reply_subject(data.page_subject),
        preheader=f"It cleared itself at {ended}. Nobody needs to do anything.",
        to=_to(data.person),
        label="Cleared",
        tone="good",
        heading=words.plain(incident.title, TITLE_LIMIT) or incident.number,
        rows=_filled_rows(_cleared_rows(data, zone)),
        paragraphs=(f"It cleared itself at {ended}. Nobody needs to do anything.",),
        button=("Read the timeline", words.web_address(data.incident_url)),
        footer=("You get this because you were paged for it.",),
    )
    return _rendered("cleared", letter)


def notice_mail(data: NoticeMail) -> Mail:
    """Return (subject, text, html) of something to know that is not a page."""
    thread = data.thread_subject
    paragraphs = [words.plain(paragraph, 1000) for paragraph in data.paragraphs]
    url = words.web_address(data.link.url) if data.link else ""
    letter = _Letter(
        subject=reply_subject(thread) if thread else words.plain(data.subject, 150),
        preheader=words.plain(" ".join(paragraphs) or data.heading, PREHEADER_LIMIT),
        to=_to(data.person),
        label=words.plain(data.label, 40),
        tone=data.tone,
        heading=words.plain(data.heading, TITLE_LIMIT),
        rows=_filled_rows(data.facts),
        paragraphs=paragraphs,
        button=(words.plain(data.link.label, 60) if data.link else "", url),
        footer=[words.plain(data.why, 200)] if data.why else (),
    )
    return _rendered("notice", letter)


def reply_subject(subject: str) -> str:
    """Return "Re: SUBJECT", never twice "Re:"."""
    line = words.plain(subject)
    return line if line.startswith("Re: ") else f"Re: {line}"


def _rendered(name: str, letter: _Letter) -> Mail:
    context = {"mail": letter}
    text = render_to_string(f"oncall/mail/{name}.txt", context).strip() + "\n"
    return letter.subject, text, render_to_string(f"oncall/mail/{name}.html", context)


def _to(person: str, schedule: str = "") -> str:
    name = words.name(person, "you")
    return f"To {name}, on call for {words.plain(schedule, 60)}" if schedule else f"To {name}"


def _preheader(data: PageMail, zone: tzinfo) -> str:
    incident = data.incident
    where = words.plain(incident.where, 40)
    since = f"since {words.clock(incident.since, zone, seen=data.sent_at)}."
    lead = f"{where}, {since}" if where else since.capitalize()
    return words.plain(f"{lead} {words.plain(incident.cause)}", PREHEADER_LIMIT)


def _page_rows(data: PageMail, zone: tzinfo) -> list[Row]:
    incident = data.incident
    return [
        ("Incident", incident.number),
        ("Since", _moment(incident.since, zone)),
        ("Where", words.plain(incident.where, WHERE_LIMIT)),
        ("What", _what(incident)),
        ("If no answer", _follows(data.next_page, zone, seen=data.sent_at)),
    ]


def _moment(at: datetime, zone: tzinfo) -> str:
    return f"{words.day(at, zone)}, {words.with_utc(at, zone)}"


def _what(incident: IncidentFacts) -> str:
    whole = words.plain(incident.title)
    long = whole if len(whole) > TITLE_LIMIT else ""
    return words.plain(f"{words.plain(incident.cause)} {long}", VALUE_LIMIT)


def _follows(following: NextPage | None, zone: tzinfo, *, seen: datetime) -> str:
    if following is None:
        return "Nobody else is paged: you are the last"
    at = words.with_utc(following.at, zone, seen=seen)
    if following.is_you:
        return f"You are paged again at {at}"
    return f"{words.name(following.name, 'the next person')} is paged at {at}"


def _page_footer(data: PageMail, zone: tzinfo) -> list[str]:
    to = f" to {words.plain(data.address, 80)}" if data.address else ""
    why = words.plain(data.why, 200) or duty_sentence(data.duty, zone, seen=data.sent_at)
    lines = [why, f"Sent by Watchbill{to} at {words.with_utc(data.sent_at, zone)}."]
    if data.expires_at:
        end = f"{words.clock(data.expires_at, zone)} on {words.long_day(data.expires_at, zone)}"
        lines.append(f"The link works until {end}, or until the incident ends.")
    return [line for line in lines if line]


def _cleared_rows(data: ClearedMail, zone: tzinfo) -> list[Row]:
    incident = data.incident
    held = (
        f", since {words.clock(data.held_from, zone, seen=data.ended_at)}" if data.held_from else ""
    )
    lasted = words.duration(data.ended_at - incident.since)
    return [
        ("Incident", f"{incident.number}, {incident.code}"),
        ("Lasted", f"{lasted}, {words.span_with_utc(incident.since, data.ended_at, zone)}"),
        ("Who had it", f"{words.name(data.holder)}{held}" if data.holder else "Nobody"),
        ("Where", words.plain(incident.where, WHERE_LIMIT)),
    ]


def _filled_rows(rows: Sequence[Row]) -> list[Row]:
    """Drop what is empty; make the rest one safe line each."""
    safe = ((words.plain(label, 30), words.plain(value, VALUE_LIMIT)) for label, value in rows)
    return [(label, value) for label, value in safe if value]


def _table(rows: Sequence[Row]) -> list[str]:
    width = max((len(label) for label, _ in rows), default=0) + 3
    return [
        textwrap.fill(
            value, COLUMNS, initial_indent=f"{label + ':':<{width}}", subsequent_indent=" " * width
        )
        for label, value in rows
    ]


def _filled(text: str) -> str:
    return textwrap.fill(text, COLUMNS)
