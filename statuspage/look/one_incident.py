"""What the page of one incident shows."""

from dataclasses import dataclass, replace

from django.utils.html import format_html
from django.utils.safestring import SafeString

from statuspage.look.banner import promise, share
from statuspage.look.freshness import no_news
from statuspage.look.incidents import Answer, open_answers, over_answers
from statuspage.look.shape import Incident, IncidentPage, State
from statuspage.look.states import CODES, WORDS, stage_word, worst
from statuspage.look.text import body_html, clean, lines_html, safe_url
from statuspage.look.times import Times, day_plain, lasted
from statuspage.look.updates import Step, Word, latest_stage, steps, words

# What a stale page calls the answers that were of the present when it was written.
_AGED = {"Affected": "Affected then", "Since": "Began", "Latest update": "Latest known update"}


@dataclass(frozen=True)
class IncidentFacts:
    """The page of one incident. `over`: nothing on it is of the present."""

    title: str
    heading: str
    code: str
    sentence: SafeString
    steps: tuple[Step, ...]
    answers: tuple[Answer, ...]
    advice: SafeString | str
    postmortem: SafeString | str
    published: str
    words: tuple[Word, ...]
    atom: str
    over: bool
    is_work: bool = False


def incident_facts(page: IncidentPage, times: Times, *, stale: bool) -> IncidentFacts:
    """Give what an incident's page shows; of an incident that is over, nothing is of the present."""
    incident = page.incident
    title = clean(incident.title)
    own = times.on(times.day(incident.ended_at)) if incident.ended_at else times
    state = worst(each.state for each in incident.affected)
    if incident.ended_at:
        code, sentence = "op", _resolved(incident, times)
        answers = over_answers(incident, incident.ended_at, own)
        first = "Resolved"
    else:
        code = CODES[State.NO_DATA if state is State.OPERATIONAL else state]
        sentence = _going_on(page, state, times)
        answers = open_answers(incident, page.site.as_of, times, year=True)
        first = WORDS[state] if incident.affected else stage_word(latest_stage(incident))
    if stale:
        sentence = format_html("{} {}", no_news(page.site, times), _then(page, state, sentence))
        answers = tuple(_aged(answer) for answer in answers)
    postmortem = incident.postmortem
    return IncidentFacts(
        title=f"{'Status unknown' if stale and not incident.ended_at else first}: {title}",
        heading=title,
        code="un" if stale else code,
        sentence=sentence,
        steps=steps(incident, own),
        answers=answers,
        advice="" if incident.ended_at else lines_html(incident.advice),
        postmortem=body_html(postmortem.body) if postmortem else "",
        published=day_plain(times.day(postmortem.published_at)) if postmortem else "",
        words=words(incident.updates, own),
        atom=safe_url(incident.atom),
        over=incident.ended_at is not None and not stale,
    )


def _resolved(incident: Incident, times: Times) -> SafeString:
    """Say how long it lasted, on which day, from when to when."""
    start, end = incident.started_at, incident.ended_at or incident.started_at
    how_long = lasted(start, end)
    first, last = times.day(start), times.day(end)
    if first == last:
        span = times.on(first).range(start, end)
        return format_html(
            "Resolved. It lasted {} on {}, from {}.", how_long, day_plain(first), span
        )
    return format_html(
        "Resolved. It lasted {}, from {}, {}, to {}, {}.",
        how_long,
        day_plain(first),
        times.hour(start),
        day_plain(last),
        times.hour(end),
    )


def _going_on(page: IncidentPage, state: State, times: Times) -> SafeString:
    """Say what is affected since when, and when more is said."""
    incident = page.incident
    since = times.moment(incident.started_at)
    due = promise(incident.next_update_by, page.site.as_of, times)
    number = _hit(incident)
    if number:
        said = f"{WORDS[state]}. {share(number, page.components)} affected"
        return format_html("{} since {}.{}", said, since, due)
    if incident.affected:
        return format_html("Began at {}. No component is affected any more.{}", since, due)
    return format_html("Open since {}.{}", since, due)


def _hit(incident: Incident) -> int:
    """Count the components that are still not operational."""
    return sum(1 for each in incident.affected if each.state is not State.OPERATIONAL)


def _then(page: IncidentPage, state: State, sentence: SafeString) -> SafeString | str:
    """Say in the past tense what the page knew."""
    if page.incident.ended_at:
        return sentence
    number = _hit(page.incident)
    if not number:
        return "Then, the incident was open."
    verb = "was" if number == 1 else "were"
    return f"Then, {share(number, page.components)} {verb} affected: {WORDS[state].lower()}."


def _aged(answer: Answer) -> Answer:
    """Give an answer as a stale page may give it: no icon of what works, nothing of the present."""
    facts = tuple(replace(fact, code="un") if fact.code == "op" else fact for fact in answer.facts)
    return replace(answer, label=_AGED.get(answer.label, answer.label), facts=facts)
