"""Read what a program wants to say of an incident, to publish it or to propose it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.api.bodies import Body
from statuspage.actions import Announcement, Press
from statuspage.actions.checking import LONGEST_ADVICE
from statuspage.actions.second import LONGEST_REASON
from statuspage.api import shapes
from statuspage.models import PublicIncident
from statuspage.models.public import LONGEST_BODY, LONGEST_NAME
from statuspage.rules.ids import LENGTH


@dataclass(frozen=True, slots=True)
class Asked:
    """An update as a body describes it: of which incident, the words, what its sender had seen."""

    incident: int
    said: Announcement
    press: Press
    has_advice: bool


def read(document: Mapping[str, object], *, is_proposal: bool = False) -> Asked:
    """Return what a body asks to be said, or to be proposed; raises Invalid with every problem."""
    body = Body(document)
    number = body.number("update_number", 1, 32_767)
    asked = Asked(
        incident=body.number("incident", 1, required=True),
        said=Announcement(
            name=body.text("name", longest=LONGEST_NAME),
            state=body.text("status", required=True, longest=50),
            body=body.text("body", required=True, longest=LONGEST_BODY),
            components=body.pairs("components", most=shapes.MOST_COMPONENTS),
            next_update_by=body.moment("next_update_by"),
            advice=body.text("advice", longest=LONGEST_ADVICE),
        ),
        press=Press(
            seen=number - 1 if number else None,
            despite_findings=body.flag("despite_findings"),
            alone_because="" if is_proposal else body.text("alone_because", longest=LONGEST_REASON),
            notify=body.flag("notify") if is_proposal and body.has("notify") else True,
            page=body.text("page", longest=LENGTH),
        ),
        has_advice=body.has("advice"),
    )
    body.done()
    return asked


def completed(asked: Asked) -> Announcement:
    """Return what is to be said; title and advice stay as they are where nothing was said of them."""
    told = PublicIncident.objects.filter(incident=asked.incident)
    if asked.press.page:
        told = told.filter(page__public_id=asked.press.page)
    known = told.order_by("-page__is_default", "page__name", "page").first()
    if known is None:
        return asked.said
    return replace(
        asked.said,
        name=asked.said.name or known.name,
        advice=asked.said.advice if asked.has_advice else known.advice,
    )
