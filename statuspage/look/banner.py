"""What the status page says first: is it you or me, what is affected, since when, when more.

The heading is `STATE in LIST` and needs no verb; the sentence under it answers the rest. A page
never says more than it knows: with an incident open that names no component, it is not all well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from statuspage.look.naming import SPELLED, all_of, breadth, place, rest_operational, spelled
from statuspage.look.shape import Component, Incident, PublicPage, Stage, State
from statuspage.look.states import CODES, HEADINGS, OUTAGES, WORDS, counted, listed, worst
from statuspage.look.text import clean, link
from statuspage.look.times import Times, day_plain
from statuspage.look.updates import latest_stage

# A page younger than this says since when it reports, for want of a latest incident.
NEW = timedelta(days=90)
_NOTHING = "No components are listed here yet, and no incident is open."


@dataclass(frozen=True)
class Banner:
    """`code` picks colour and icon, `title` is for the tab, `short` for previews elsewhere."""

    code: str
    heading: str
    sentence: SafeString
    title: str
    short: str


def banner(page: PublicPage, times: Times, *, large: bool) -> Banner:
    """Say how things are at the page's `as_of`; `large`: the page shows one row a group."""
    components = all_of(page.groups)
    state = worst(each.state for each in components)
    if state not in OUTAGES and page.open_incidents and not _only_watched(page.open_incidents):
        return _unplaced(page, times)
    if not components:
        heading = "No known problems"
        return Banner("op", heading, SafeString(_NOTHING), heading, _NOTHING)
    if state is State.OPERATIONAL:
        return _fine(page, len(components), times)
    sentence, short = _trouble(page, state, times, large=large)
    where = place(page.groups, state, large=large)
    return Banner(
        code=CODES[state],
        heading=f"{HEADINGS[state]} in {where}",
        sentence=sentence,
        title=f"{HEADINGS[state]}: {where}",
        short=f"{where} {_verb(state, where)}; {short}.",
    )


def stale_banner(page: PublicPage, news: SafeString) -> Banner:
    """Say that nobody knows; `news` says since when there has been none."""
    heading = "Present status unknown"
    sentence = format_html("{} {}", news, _last_state(page))
    return Banner("un", heading, sentence, heading, f"{heading}.")


def promise(due: datetime | None, as_of: datetime, times: Times) -> SafeString:
    """Say when the next word comes, or that it should have come; begins with a space."""
    if due is None:
        return SafeString("")
    words = " <b>An update was due by {}.</b>" if due < as_of else " <b>Next update by {}.</b>"
    return format_html(words, times.moment(due))


def share(number: int, total: int) -> str:
    """Give "2 of 14 components"."""
    return f"{number} of {counted(total, 'component')}"


def _only_watched(incidents: Sequence[Incident]) -> bool:
    """Say whether every open incident is mended and only watched."""
    return all(
        latest_stage(incident) is Stage.MONITORING
        and worst(each.state for each in incident.affected) is State.OPERATIONAL
        for incident in incidents
    )


def _next_update(page: PublicPage) -> datetime | None:
    """Give the earliest promise of any open incident; of running maintenance when none is open."""
    dues = [each.next_update_by for each in page.open_incidents or page.maintenance_now]
    return min((due for due in dues if due), default=None)


def _trouble(
    page: PublicPage, state: State, times: Times, *, large: bool
) -> tuple[SafeString, str]:
    """Give the sentence, and its beginning in plain words, for anything but operational."""
    components = all_of(page.groups)
    ill = [each for each in components if each.state in OUTAGES]
    ill = ill or [each for each in components if each.state is state]
    how = "affected" if state in OUTAGES else WORDS[state].lower()
    said = f"{share(len(ill), len(components))} {how}"
    if state is State.MAINTENANCE:
        return format_html("{}{}", said, _window(page, times)), said
    since = _since(page.open_incidents, ill)
    begun = format_html(" since {}", times.moment(since)) if since else ""
    reach = breadth(page.groups, ill, large=large) if state in OUTAGES else f": {spelled(ill)}."
    due = promise(_next_update(page), page.site.as_of, times)
    plain = f" since {times.words(since)}" if since else ""
    return format_html("{}{}{}{}", said, begun, reach, due), f"{said}{plain}"


def _since(incidents: Sequence[Incident], ill: Sequence[Component]) -> datetime | None:
    begins = [each.started_at for each in incidents] + [each.since for each in ill if each.since]
    return min(begins, default=None)


def _window(page: PublicPage, times: Times) -> SafeString:
    """Say from when to when work goes on, and what is well meanwhile."""
    well = rest_operational(page.groups)
    if not page.maintenance_now:
        return format_html(".{}", well)
    start = min(each.began_at or each.starts_at for each in page.maintenance_now)
    end = max(each.ends_at for each in page.maintenance_now)
    if end >= page.site.as_of:
        return format_html(" from {}.{}", times.range(start, end), well)
    return format_html(
        " since {}. Was to end at {}; still running.{}{}",
        times.moment(start),
        times.moment(end),
        promise(_next_update(page), page.site.as_of, times),
        well,
    )


def _unplaced(page: PublicPage, times: Times) -> Banner:
    """An incident is open and no listed component shows it: say so, and claim nothing else."""
    titles = [clean(each.title) for each in page.open_incidents]
    state = worst(each.state for open_ in page.open_incidents for each in open_.affected)
    state = State.NO_DATA if state is State.OPERATIONAL else state
    what = titles[0] if len(titles) == 1 else counted(len(titles), "open incident")
    heading = f"Open incident: {what}" if len(titles) == 1 else what
    since = min(each.started_at for each in page.open_incidents)
    known = " No listed component is affected." if all_of(page.groups) else ""
    due = promise(_next_update(page), page.site.as_of, times)
    sentence = format_html("Since {}.{}{}", times.moment(since), known, due)
    return Banner(CODES[state], heading, sentence, heading, f"{heading}.")


def _fine(page: PublicPage, total: int, times: Times) -> Banner:
    heading = "All systems operational"
    working = (
        "The one component is working." if total == 1 else f"All {total} components are working."
    )
    latest = _watched(page, times) if page.open_incidents else _latest(page, times)
    sentence = format_html("{}{}{}", working, latest, _planned(page, times))
    return Banner("op", heading, sentence, heading, f"{heading}. {working}")


def _watched(page: PublicPage, times: Times) -> SafeString:
    titles = ((link(each.url, clean(each.title)),) for each in page.open_incidents)
    links = format_html_join(", ", "{}", titles)
    due = promise(_next_update(page), page.site.as_of, times)
    return format_html(" Still watched: {}.{}", links, due)


def _latest(page: PublicPage, times: Times) -> SafeString:
    """Say when the latest incident ended, or since when a new page reports."""
    year = times.today.year
    if page.last_ended_at:
        day = day_plain(times.day(page.last_ended_at), year=year)
        ended = times.hour(page.last_ended_at)
        return format_html(" The last incident ended on {} at {}.", day, ended)
    if page.reports_since and times.today - page.reports_since < NEW:
        return format_html(" This page has reported since {}.", day_plain(page.reports_since))
    return SafeString("")


def _planned(page: PublicPage, times: Times) -> SafeString:
    if not page.maintenance_planned:
        return SafeString("")
    following = min(page.maintenance_planned, key=lambda each: each.starts_at)
    what = listed(map(clean, following.affected[:2])) if following.affected else ""
    what = what if len(following.affected) in (1, 2) else clean(following.title)
    day = times.full_day(following.starts_at, year=False)
    words = format_html("{}, {}, {}", what, day, times.hour(following.starts_at))
    return format_html(" Next planned work: {}.", link(following.url, words))


def _verb(state: State, where: str) -> str:
    """Give the verb of the short form: "Checkout is degraded", "A and B have a major outage"."""
    many = " and " in where or where[:1].isdigit()
    if state is State.NO_DATA:
        return "have no data" if many else "has no data"
    if state is State.MAINTENANCE:
        return "are under maintenance" if many else "is under maintenance"
    if state is State.DEGRADED:
        return "are degraded" if many else "is degraded"
    return f"{'have' if many else 'has'} a {WORDS[state].lower()}"


def _last_state(page: PublicPage) -> str:
    """Say in the past tense how things were."""
    components = all_of(page.groups)
    total = len(components)
    state = worst(each.state for each in components)
    if not components:
        return "Then, no components were listed."
    if state is State.OPERATIONAL:
        everything = "the one component was" if total == 1 else f"all {total} components were"
        return f"Then, {everything} operational."
    ill = [each for each in components if each.state in OUTAGES]
    ill = ill or [each for each in components if each.state is state]
    how = "affected" if state in OUTAGES else WORDS[state].lower()
    which = f": {spelled(ill)}" if len(ill) <= SPELLED else ""
    verb = "was" if len(ill) == 1 else "were"
    return f"Then, {share(len(ill), total)} {verb} {how}{which}."
