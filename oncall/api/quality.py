"""REST API of a schedule's quality: what to mend, how evenly it is borne, who should cover."""

from collections.abc import Mapping
from datetime import timedelta

from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.auth import caller
from core.api.operations import SLUG, Operation, Parameter
from core.api.parameters import bad_parameter
from core.api.shapes import moment
from core.api.views import Door
from core.permissions import require
from oncall.actions.fairness import HOUR, Fairness
from oncall.actions.judging import findings
from oncall.actions.quality import Quality, quality
from oncall.actions.rules import RECOMMENDED, WEEKS_PUBLISHED, Rules
from oncall.api import quality_shapes as shapes
from oncall.api.eligibility import asked_facts
from oncall.api.reading import LONGEST, instant, schedule_of
from oncall.api.schedules import told, usernames
from oncall.models import Schedule
from oncall.rota.windows import Span


class ScheduleQuality(Door):
    """`/api/v1/schedules/<slug>/quality/`."""

    tag = "On call"
    places = {"slug": SLUG}
    parameters = (
        Parameter("cover_from", moment("Who should cover: from when. Goes with `cover_to`.")),
        Parameter("cover_to", moment("Who should cover: until when.")),
    )
    operations = {
        "get": Operation(
            "Show how good a schedule is",
            shapes.QUALITY,
            detail="Looks a year ahead, and half a year back for what was served and who was paged.",
        )
    }

    def get(self, request: Request, slug: str) -> Response:
        """Return findings, gaps, single points of failure, evenness, and who should cover."""
        require(caller(request), "oncall.view")
        schedule, span = schedule_of(slug), _span(request)
        found = quality(schedule, at=clock.now(), cover=span)
        return Response(_written(schedule, found))


def _span(request: Request) -> Span | None:
    start, end = instant(request, "cover_from"), instant(request, "cover_to")
    if start is None and end is None:
        return None
    if start is None or end is None:
        raise bad_parameter("cover_to", "cover_from and cover_to go together.", "required")
    if not timedelta() < end - start <= LONGEST:
        raise bad_parameter("cover_to", f"cover_to lies after cover_from, {LONGEST.days} days at most.")  # fmt: skip
    return start, end


def _written(schedule: Schedule, found: Quality) -> dict[str, object]:
    names = usernames(_people(found))
    missing = sum((gap.ends_at - gap.starts_at for gap in found.gaps), timedelta())
    return {
        "from": found.starts_at,
        "to": found.ends_at,
        "expectation": schedule.expectation,
        "rules": _rules(found.rules),
        "findings": [
            {"code": one.code, "level": one.level, "said": one.said}
            for one in findings(schedule, found)
        ],
        "gaps": [{"start": gap.starts_at, "end": gap.ends_at} for gap in found.gaps],
        "gap_hours": hours(missing),
        "empty_shifts": told(schedule, found.empty),
        "single_points": [
            {
                "kind": one.kind, "layer": one.layer or None, "user": names.get(one.user or 0),
                "start": one.starts_at, "end": one.ends_at, "hours": hours(one.length),
            }
            for one in found.alone
        ],
        "rotations": [
            {"layer": ring.layer, "seat": ring.seat, "people": len(ring.people)}
            for ring in found.rings
        ],
        "warnings": list(found.warnings),
        "too_often": [
            {
                "user": names[one.user], "month": one.month, "rotations": one.rotations,
                "hours": hours(one.served),
            }
            for one in found.too_often
        ],
        "published_to": found.published_to,
        "served": _fairness(found.served, names),
        "planned": _fairness(found.planned, names),
        "cover": _cover(found, names),
        "readiness": [
            {
                "user": names[one.stint.user], "seat": one.stint.seat, "start": one.stint.starts_at,
                "ready": not one.missing, "channels": list(one.confirmed), "proven": list(one.proven),
                "missing": list(one.missing), "lacking": list(one.lacking),
            }
            for one in found.readiness
        ],
    }  # fmt: skip


def _people(found: Quality) -> set[int]:
    users = {one.user for one in (*found.served.people, *found.planned.people)}
    users |= {one.stint.user for one in found.readiness}
    users |= {one.user for one in found.candidates} | {one.user for one in found.too_often}
    return users | {one.user for one in found.alone if one.user is not None}


def hours(length: timedelta) -> float:
    """Return a length in hours, to the hundredth."""
    return round(length / HOUR, 2)


def _rules(rules: Rules) -> dict[str, object]:
    return {
        "playbooks": list(rules.playbooks),
        "people_min": rules.people_min,
        "people_max": rules.people_max,
        "recommended": list(RECOMMENDED),
        "rotations_per_month": rules.rotations_a_month,
        "secondary": rules.has_secondary,
        "weeks_published": WEEKS_PUBLISHED,
        "eligibility": asked_facts(rules.eligibility),
    }


def _fairness(found: Fairness, names: Mapping[int, str]) -> dict[str, object]:
    return {
        "from": found.starts_at,
        "to": found.ends_at,
        "people": [
            {
                "user": names[one.user],
                "hours": {kind: hours(length) for kind, length in sorted(one.hours.items())},
                "pages": one.pages,
                "pages_after_hours": one.pages_after_hours,
                "burden": round(one.weight, 1),
            }
            for one in found.people
        ],
        "evenness": round(found.evenness, 3),
        "max_to_min": round(found.ratio, 2) if found.ratio is not None else None,
    }


def _cover(found: Quality, names: Mapping[int, str]) -> dict[str, object]:
    return {
        "start": found.cover[0],
        "end": found.cover[1],
        "people": [
            {
                "user": names[one.user],
                "burden": round(one.weight, 1),
                "eligible": not one.missing,
                "missing": list(one.missing),
                "hours_from_own_shift": hours(one.distance) if one.distance is not None else None,
            }
            for one in found.candidates
        ],
    }
