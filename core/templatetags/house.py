"""The small marks of every staff screen: icons, times, clocks, people, buttons that POST."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from core import clock
from core.models import User
from core.navigation import Tab

register = template.Library()

MINUTE, HOUR, DAY = 60, 3600, 86400
SOON = timedelta(minutes=15)
TINTS = 6
CHANNEL_ICONS = {
    "email": "mail",
    "webhook": "webhook",
    "sms": "sms",
    "push": "push",
    "phone": "phone",
}
BLANK = {"", "-", "\N{EN DASH}"}
# A cell as the admin writes it, holding words alone or one instant.
_BARE_CELL = re.compile(
    r'<td class="(?P<names>[\w -]+)">(?P<words>(?:<time[^>]*>)?[^<]*)(?:</time>)?</td>$'
)


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return a decorative 16 px icon of the house's one sheet."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        static("core/icons.svg"),
        name,
    )


def _tab_of(opts: Any) -> Tab | None:
    name = f"{opts.app_label}_{opts.model_name}_changelist"
    tabs = (tab for entry in settings.SIDEBAR for tab in entry.tabs)
    return next((tab for tab in tabs if tab.name == name), None)


@register.filter
def list_title(opts: Any) -> str:
    """Return what heads the list of a model: the label of its tab, so that the two never differ."""
    tab = _tab_of(opts)
    return tab.label if tab else capfirst(str(opts.verbose_name_plural))


@register.filter
def one_of(opts: Any) -> str:
    """Return what one row of a model is called."""
    tab = _tab_of(opts)
    return (tab.one if tab else "") or str(opts.verbose_name)


@register.filter
def many_of(opts: Any) -> str:
    """Return what several rows of a model are called."""
    tab = _tab_of(opts)
    return (tab.many if tab else "") or str(opts.verbose_name_plural)


def channel_word(kind: str) -> str:
    """Return a channel as a sentence names it."""
    return {"email": "e-mail", "sms": "SMS"}.get(kind, kind)


@register.simple_tag
def channel_icon(kind: str) -> SafeString:
    """Return the icon of a channel; of one that has none, that of any message."""
    return icon(CHANNEL_ICONS.get(kind, "send"))


@register.simple_tag
def channel(kind: str) -> SafeString:
    """Return a channel with its icon."""
    return format_html("{}&nbsp;{}", channel_icon(kind), channel_word(kind))


def span_of(length: timedelta) -> str:
    """Return a length as people read a clock: 26:14 under an hour, "3 h 02 min" under a day, "2 d 1 h" above."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < HOUR:
        return f"{seconds // MINUTE}:{seconds % MINUTE:02}"
    if seconds < DAY:
        return f"{seconds // HOUR}\u00a0h {seconds % HOUR // MINUTE:02}\u00a0min"
    return f"{seconds // DAY}\u00a0d {seconds % DAY // HOUR}\u00a0h"


def short_of(length: timedelta) -> str:
    """Return a length in whole minutes and above: 6 min, 3 h 02 min, 2 d 1 h."""
    seconds = max(0, int(length.total_seconds()))
    return f"{seconds // MINUTE}\u00a0min" if seconds < HOUR else span_of(length)


def wall(at: datetime, *, seconds: bool = False, now: datetime | None = None) -> str:
    """Return the UTC wall time of an instant, with its day when that is not today's (UTC)."""
    at, today = at.astimezone(UTC), (now or clock.now()).astimezone(UTC)
    time = f"{at:%H:%M:%S}" if seconds else f"{at:%H:%M}"
    if at.date() == today.date():
        return time
    return f"{at:%a} {at.day} {at:%b} {time}" if at.year == today.year else f"{at:%-d %b %Y} {time}"


def _time(at: datetime, text: str, **attributes: str) -> SafeString:
    marks = format_html_join("", ' {}="{}"', attributes.items())
    return format_html(
        '<time datetime="{}"{}>{}</time>', at.astimezone(UTC).isoformat(), marks, text
    )


@register.simple_tag
def moment(at: datetime | None) -> SafeString | str:
    """Return an instant as an element with its UTC time of day, "" for none."""
    return "" if at is None else _time(at, wall(at))


@register.simple_tag
def moment_s(at: datetime | None) -> SafeString | str:
    """Return an instant with its seconds (UTC)."""
    return "" if at is None else _time(at, wall(at, seconds=True))


@register.simple_tag
def time_of_day(at: datetime | None) -> SafeString | str:
    """Return the UTC time of day to the second, for where the day stands beside it."""
    return "" if at is None else _time(at, f"{at.astimezone(UTC):%H:%M:%S}")


@register.filter
def span(length: timedelta | None) -> str:
    """Return a length as a clock shows it, "" for none."""
    return "" if length is None else span_of(length)


@register.filter
def short_span(length: timedelta | None) -> str:
    """Return a length in whole minutes, "" for none."""
    return "" if length is None else short_of(length)


@register.simple_tag
def ticking(at: datetime, way: str = "up", now: datetime | None = None) -> SafeString:
    """Return a clock that runs on in the page: the time since `at` ("up"), or until it ("down")."""
    present = now or clock.now()
    length = present - at if way == "up" else at - present
    return _time(at, span_of(length), **{"class": "clock", "data-clock": way, "aria-live": "off"})


@register.simple_tag
def due(at: datetime, now: datetime | None = None) -> SafeString:
    """Return the pill of a promise: plain, amber in its last 15 minutes, red and "late" afterwards."""
    left = at - (now or clock.now())
    if left < timedelta(0):
        return _pill("t-red", "triangle", f"{short_of(-left)} late", at)
    return _pill("t-amber" if left <= SOON else "", "clock", f"in {span_of(left)}", at)


@register.simple_tag
def due_day(at: datetime, now: datetime | None = None) -> SafeString:
    """Return the pill of a day: "due Mon 23 Nov", amber from the day before, red and "3 days late" after it (UTC)."""
    days = (at.astimezone(UTC).date() - (now or clock.now()).astimezone(UTC).date()).days
    if days < 0:
        return _pill("t-red", "triangle", f"{plural(-days, 'day,days')} late", at)
    when = at.astimezone(UTC)
    return _pill(
        "t-amber" if days <= 1 else "", "calendar", f"due {when:%a} {when.day} {when:%b}", at
    )


def _pill(tone: str, mark: str, text: str, at: datetime) -> SafeString:
    return format_html(
        '<span class="pill promise {}">{}{}</span>', tone, icon(mark), _time(at, text)
    )


@register.filter
def plural(number: int, words: str) -> str:
    """Return a number with the right one of "alert,alerts"."""
    one, many = words.split(",")
    return f"{number:,} {one if number == 1 else many}"


@register.filter
def labelled(cells: Iterable[SafeString], headers: Iterable[dict[str, Any]]) -> list[SafeString]:
    """Return a row's cells, those of bare words or instants with their column's name for the phone.

    There a row is a card without a head line; what shows a mark says itself what it is, and what is
    blank is left out.
    """
    return [_labelled(cell, header) for cell, header in zip(cells, headers, strict=False)]


def _labelled(cell: SafeString, header: dict[str, Any]) -> SafeString:
    told = _BARE_CELL.match(cell)
    if told is None:
        return cell
    if told["words"] in BLANK:
        return format_html(
            '<td class="{} blank">{}', told["names"], SafeString(cell[told.start("words") :])
        )
    name = capfirst(str(header["text"]))
    return format_html(
        '<td class="{}" data-label="{}">{}',
        told["names"],
        name,
        SafeString(cell[told.start("words") :]),
    )


@register.simple_tag
def avatar(user: User, size: str = "") -> SafeString:
    """Return a person's initials in their tint; a name must stand beside it."""
    letters = "".join(word[0] for word in user.display_name.split()[:2]).upper() or "?"
    tint = ("blue", "orange", "green", "violet", "teal", "amber")[(user.pk or 0) % TINTS]
    return format_html(
        '<span class="avatar t-{} {}" aria-hidden="true">{}</span>', tint, size, letters
    )


@register.simple_tag
def person(user: User | None) -> SafeString:
    """Return initials and name; Nobody, loudly, for none."""
    if user is None:
        return nobody()
    return format_html(
        '<span class="person">{}<span>{}</span></span>', avatar(user), user.display_name
    )


@register.simple_tag
def nobody(word: str = "Nobody") -> SafeString:
    """Return the mark of a place that nobody fills."""
    return format_html(
        '<span class="person nobody"><span class="avatar none" aria-hidden="true">?</span><span>{}</span></span>',
        word,
    )


@register.inclusion_tag("admin/core/_press.html", takes_context=True)
def press(
    context: template.Context, url: str, verb: str, label: str, **looks: str
) -> dict[str, object]:
    """Return a form with one button that POSTs a verb. Looks: kind (class), icon, key (a letter)."""
    return {
        "url": url,
        "verb": verb,
        "label": label,
        "csrf_token": context.get("csrf_token"),
        **looks,
    }
