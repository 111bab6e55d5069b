"""Mails of postmortems: subject, complete plain text of 64 columns, and HTML (public.md 11)."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string

from postmortems.rules.words import one_line

COLUMNS = 64
SUBJECT_LIMIT, TITLE_LIMIT, VALUE_LIMIT, PREHEADER_LIMIT = 150, 160, 400, 90

Mail = tuple[str, str, str]
Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one person. `tone`: calm, warn or bad; `button`: its words and a web address of ours."""

    subject: str
    to: str
    label: str
    heading: str
    paragraphs: Sequence[str]
    rows: Sequence[Row]
    button: Row
    footer: Sequence[str]
    tone: str = "calm"
    preheader: str = ""

    @property
    def prose(self) -> Sequence[str]:
        """Return the paragraphs in columns."""
        return [textwrap.fill(text, COLUMNS) for text in self.paragraphs]

    @property
    def headline(self) -> str:
        """Return label and heading in columns."""
        return textwrap.fill(f"{self.label}: {self.heading}", COLUMNS)

    @property
    def table(self) -> str:
        """Return the rows, their values one under the other."""
        width = max((len(label) for label, _ in self.rows), default=0) + 3
        return "\n".join(
            textwrap.fill(
                value,
                COLUMNS,
                initial_indent=f"{label + ':':<{width}}",
                subsequent_indent=" " * width,
            )
            for label, value in self.rows
        )

    @property
    def small(self) -> Sequence[str]:
        """Return the foot in columns."""
        return [textwrap.fill(line, COLUMNS) for line in self.footer]


def written(letter: Letter) -> Mail:
    """Return (subject, text, html) of a letter; whatever stands in it is made harmless first."""
    paragraphs = [one_line(text, VALUE_LIMIT) for text in letter.paragraphs if text]
    safe = Letter(
        subject=one_line(letter.subject, SUBJECT_LIMIT),
        to=one_line(letter.to, 80),
        label=one_line(letter.label, 40),
        heading=one_line(letter.heading, TITLE_LIMIT),
        paragraphs=paragraphs,
        rows=[(label, one_line(value, VALUE_LIMIT)) for label, value in letter.rows if value],
        button=letter.button,
        footer=[one_line(line, VALUE_LIMIT) for line in letter.footer],
        tone=letter.tone,
        preheader=one_line(" ".join(paragraphs), PREHEADER_LIMIT),
    )
    text = render_to_string("postmortems/mail/letter.txt", {"mail": safe}).strip() + "\n"
    return safe.subject, text, render_to_string("postmortems/mail/letter.html", {"mail": safe})
