"""A postmortem as one Markdown document, for wikis and mails."""

from collections.abc import Iterator

from incidents.playbook import severity_for
from postmortems.actions.reading import FACTOR_KEYS, Reading
from postmortems.models import ActionItem, Section
from postmortems.rules.words import day, inert, long_day, span


def as_markdown(reading: Reading) -> str:
    """Return the whole postmortem: head, figures, sections in order, factors and action items."""
    return "\n".join(_lines(reading)).rstrip() + "\n"


def _lines(reading: Reading) -> Iterator[str]:
    postmortem, incident = reading.postmortem, reading.postmortem.incident
    code = severity_for(incident.playbook.playbook, incident.rank).code
    owner = postmortem.owner.display_name if postmortem.owner else "nobody"
    yield f"# {inert(incident.title)}"
    yield ""
    yield f"{incident.label}, {code}, {inert(incident.service.name)}, {long_day(incident.opened_at.date())}."
    yield f"State: {postmortem.state_word}. Owner: {inert(owner)}."
    yield from _figures(reading)
    for section in reading.sections:
        yield from _section(reading, section)


def _figures(reading: Reading) -> Iterator[str]:
    known = [one for one in reading.measures if one.length is not None]
    if not known:
        return
    yield ""
    yield "| Measured | |"
    yield "|---|---|"
    for one in known:
        length = span(one.length) if one.length is not None else ""
        yield f"| {_cell(one.name)} | {length}{' (inferred)' if one.is_inferred else ''} |"


def _section(reading: Reading, section: Section) -> Iterator[str]:
    yield ""
    yield f"## {inert(section.title)}"
    if section.text.strip():
        yield ""
        yield section.text.strip()
    if section.key in FACTOR_KEYS and reading.factors:
        yield ""
        yield from (f"{one.position}. {inert(one.text)}" for one in reading.factors)
    if section.filled_from == "actions" and reading.actions:
        yield ""
        yield "| Action | Owner | Due | State |"
        yield "|---|---|---|---|"
        yield from (_action(one) for one in reading.actions)


def _action(item: ActionItem) -> str:
    owner = item.owner.display_name if item.owner else item.team.name if item.team else "nobody"
    due = day(item.due_on) if item.due_on else ""
    return (
        f"| {item.label} {_cell(item.title)} | {_cell(owner)} | {due} | {_cell(item.state_word)} |"
    )


def _cell(text: str) -> str:
    return inert(text).replace("|", "\\|")
