"""The pages of a subscription: sign up, confirm, choose, leave. Each has one form, and none needs a script (public.md 9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from statuspage.look.frame import Head, fill, frame
from statuspage.look.shape import Site
from statuspage.look.times import Times

_TITLES = {
    "email": "Subscribe",
    "webhook": "Subscribe by webhook",
    "slack": "Subscribe a Slack channel",
}


@dataclass(frozen=True)
class Choice:
    """Something to follow: a group with its components below it, or a component alone. `id`: public."""

    id: str
    name: str
    is_on: bool
    note: str = ""
    parts: tuple["Choice", ...] = ()

    @property
    def is_open(self) -> bool:
        """Return whether single components of it are chosen."""
        return not self.is_on and any(part.is_on for part in self.parts)


@dataclass(frozen=True)
class Form:
    """A form as it is shown. `action`: where it posts to; `errors`: sentence by field; `said`: what was just done.

    `kind`: email, webhook or slack; `address` is then a URL, `contact` the mail address of who keeps it.
    `others`: the other ways to follow, as (address, words).
    """

    action: str
    choices: Sequence[Choice] = ()
    wants: str = "everything"
    wants_maintenance: bool = True
    address: str = ""
    errors: Mapping[str, str] | None = None
    said: tuple[str, str] = ("", "")
    leave: str = ""
    kind: str = "email"
    contact: str = ""
    others: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Question:
    """A page with one button. `paragraphs` stand above it, `small` below."""

    title: str
    action: str
    button: str
    name: str
    paragraphs: Sequence[str] = ()
    small: str = ""
    link: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Notice:
    """A page that only says something. `is_done`: an act of the reader's succeeded."""

    title: str
    paragraphs: Sequence[str]
    link: tuple[str, str] = ("", "")
    is_done: bool = False


def sign_up_page(site: Site, form: Form, *, style: str) -> str:
    """Give the form for an address."""
    title = f"{'Error: ' if form.errors else ''}{_TITLES[form.kind]}"
    return _filled("subscribe", site, title, {"form": form, "style": style}, here="subscribe")


def manage_page(site: Site, form: Form, *, style: str) -> str:
    """Give what a subscriber gets, to change."""
    return _filled("manage", site, "Your subscription", {"form": form, "style": style})


def question_page(site: Site, question: Question, *, style: str) -> str:
    """Give a page that does nothing until its button is pressed."""
    return _filled("question", site, question.title, {"question": question, "style": style})


def notice_page(site: Site, notice: Notice, *, style: str) -> str:
    """Give a page that says what was done, or why nothing was."""
    return _filled("notice", site, notice.title, {"notice": notice, "style": style})


def masked(address: str) -> str:
    """Return an address so that its owner knows it and nobody else can use it: "k…@example.com"."""
    name, at_sign, domain = address.rpartition("@")
    return f"{name[:1]}…{at_sign}{domain}" if at_sign else address


def _filled(
    template: str, site: Site, title: str, facts: Mapping[str, object], here: str = ""
) -> str:
    times = Times.of(site.zone, site.as_of)
    return fill(template, frame(site, times, Head(title, here=here), stale=False), facts)
