"""Mails to subscribers: plain text of 64 columns that is complete on its own, and HTML without a picture (public.md 11).

All text is as people typed it; it is made safe here.
"""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from statuspage.look.text import body_html, clean, safe_url

COLUMNS = 64
LONGEST_PREHEADER = 90
LONGEST_TITLE = 160


@dataclass(frozen=True)
class Row:
    """One fact: a label and its lines."""

    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """One line of the timeline: when, the stage, the text."""

    when: str
    stage: str
    body: str


@dataclass(frozen=True)
class Foot:
    """Why somebody gets it, and what they can do about it. Empty addresses are left out."""

    why: str
    manage_url: str = ""
    leave_url: str = ""
    help: str = ""


@dataclass(frozen=True)
class Letter:
    """One mail. `code`: of the state ("pa"), `word`: in words; both may be empty. `button`: words and address."""

    page: str
    code: str
    word: str
    title: str
    preheader: str
    button: tuple[str, str]
    foot: Foot
    rows: Sequence[Row] = ()
    body: str = ""
    advice: str = ""
    log: Sequence[Said] = ()


def written(letter: Letter) -> tuple[str, str]:
    """Return a letter as (plain text, HTML)."""
    return "\n\n".join(part for part in _parts(letter) if part) + "\n", _html(letter)


def preheader(words: str) -> str:
    """Return what stands beside the subject in a list of mails: one line, at most 90 characters."""
    return textwrap.shorten(clean(words), LONGEST_PREHEADER, placeholder=" …")


def _parts(letter: Letter) -> Iterable[str]:
    word = clean(letter.word)
    title = textwrap.shorten(clean(letter.title), LONGEST_TITLE, placeholder=" …")
    yield _filled(f"{word.upper()}: {title}" if word else title)
    yield _table([(f"{row.label}:", line) for row in letter.rows for line in _named(row)])
    yield _paragraphs(letter.body)
    yield _paragraphs(f"What you can do: {letter.advice}") if letter.advice.strip() else ""
    yield f"{letter.button[0]}:\n{letter.button[1]}"
    if letter.log:
        yield "WHAT HAPPENED"
        yield _table([(one.when, clean(f"{one.stage}. {one.body}")) for one in letter.log])
    yield _footer(letter.foot)


def _named(row: Row) -> Sequence[str]:
    return [clean(line) for line in row.lines]


def _table(rows: Sequence[tuple[str, str]]) -> str:
    """Return labels and values side by side; a label that repeats is said once."""
    width = max((len(label) for label, _value in rows), default=0) + 2
    lines, before = [], ""
    for label, value in rows:
        shown = "" if label == before else label
        wrapped = textwrap.wrap(value, COLUMNS - width, break_long_words=False) or [""]
        lines += [f"{shown:<{width}}{wrapped[0]}"]
        lines += [f"{'':<{width}}{more}" for more in wrapped[1:]]
        before = label
    return "\n".join(line.rstrip() for line in lines)


def _paragraphs(text: str) -> str:
    """Return typed text with its line breaks, each line within the columns."""
    lines = [clean(line) for line in text.strip().splitlines()]
    return "\n".join(_filled(line) for line in lines)


def _footer(foot: Foot) -> str:
    lines = ["--", _filled(clean(foot.why))]
    lines += [f"Change what you get: {foot.manage_url}"] if foot.manage_url else []
    lines += [f"Unsubscribe: {foot.leave_url}"] if foot.leave_url else []
    lines += [f"Help: {foot.help}"] if foot.help else []
    return "\n".join(lines)


def _filled(line: str) -> str:
    return textwrap.fill(line, COLUMNS, break_long_words=False, break_on_hyphens=False)


def _html(letter: Letter) -> str:
    facts = {
        "letter": letter,
        "page": clean(letter.page),
        "title": clean(letter.title),
        "rows": [(row.label, _named(row)) for row in letter.rows],
        "body": _styled(body_html(letter.body)),
        "advice": _styled(body_html(f"**What you can do:** {letter.advice}"))
        if letter.advice.strip()
        else "",
        "log": [(one.when, one.stage, clean(one.body)) for one in letter.log],
        "url": safe_url(letter.button[1]),
        "why": clean(letter.foot.why),
    }
    return render_to_string("statuspage/mail/letter.html", facts)


def _styled(html: SafeString) -> SafeString:
    """Give paragraphs and lists the distances that mail programs would choose each for themselves."""
    spaced = html.replace("<p>", '<p style="margin:0 0 12px">')
    return SafeString(spaced.replace("<ul>", '<ul style="margin:0 0 12px;padding-left:20px">'))


def slack(text: str) -> str:
    """Return text that Slack takes for nothing else: no link, no mention of a channel."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
