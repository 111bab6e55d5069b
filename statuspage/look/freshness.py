"""How old a copy is: written into every page, and told again when a stale one is sent."""

from datetime import datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString

from statuspage.look.shape import Site
from statuspage.look.times import Times, duration

# Typed text is escaped, so these two stand in a stale page only where they were put here.
_AGE = SafeString("<!--age-->")
_SENT = SafeString("<!--sent-->")
_LONG = 120


def no_news(site: Site, times: Times) -> SafeString:
    """Say since when a stale page has heard nothing; `sent_at` completes the sentence."""
    since = times.moment(site.as_of)
    return format_html("This page has had no news since {}{}.", since, _AGE)


def sent_at(stale_page: str, *, zone: str, as_of: datetime, at: datetime) -> str:
    """Write into a stale page when it is sent; the page is right, if less telling, without it.

    `zone`, `as_of`: those of the page's `Site`; `at`: the present instant, aware.
    """
    times = Times.of(zone, at)
    minutes = int((at - as_of).total_seconds()) // 60
    age = f"{minutes} minutes" if 1 < minutes < _LONG else duration(minutes * 60)
    sent = format_html("Sent {}, {}. ", times.hour(at), times.full_day(at))
    aged = stale_page.replace(_AGE, f", {age} before it was sent to you", 1)
    return aged.replace(_SENT, sent, 1)


def as_of_line(site: Site, times: Times, *, stale: bool) -> SafeString:
    """Say how old the facts are, and where a newer page is; a stale one says when it was sent."""
    if stale:
        return _SENT
    hour, day = times.hour(site.as_of), times.full_day(site.as_of)
    return format_html("As of {}, {}. ", hour, day)


def written_line(site: Site, times: Times, *, stale: bool) -> SafeString:
    """Say when this copy was written, when a newer one is due, and in which zone times are."""
    day = times.full_day(site.written_at).split(" ", 1)[1]
    due = "was due by {} and did not come" if stale else "is due by {}"
    label, offset = times.label(site.as_of), times.offset(site.as_of)
    name = label if label == site.zone else f"{label}, {site.zone}"
    return format_html(
        "Written {} on {}; a newer copy " + due + ". All times are {} ({}).",
        times.second(site.written_at),
        day,
        times.second(site.due_at),
        name,
        offset,
    )
