"""What the catalogue's POST and PATCH ask for: bodies into services, sources and keys."""

from collections.abc import Mapping

from core.api.bodies import Body
from core.errors import Invalid
from core.models import Team
from incidents.actions.services import ServiceChange
from incidents.api.asked import LONGEST_LABEL, LONGEST_SLUG, LONGEST_TEXT, MOST_NEEDS
from incidents.api.shapes import SERVICE
from incidents.models import Service, SourceKey

_LONGEST_URL = 200


def read_new_service(document: Mapping[str, object]) -> tuple[str, Team, ServiceChange]:
    """Return slug, team and the rest of a new service; raises Invalid with every wrong field."""
    body = Body(document)
    slug = body.text("slug", required=True, longest=LONGEST_SLUG)
    team_slug = body.text("team", required=True, longest=LONGEST_SLUG)
    change = _change(body, is_new=True)
    team = Team.objects.filter(slug=team_slug).first()
    if team is None:
        raise Invalid.field("/team", "There is no team of that slug.", "unknown_team")
    return slug, team, change


def read_service_change(document: Mapping[str, object]) -> ServiceChange:
    """Return what a PATCH changes; slug and team are read_only_field."""
    return _change(Body(document, read_only={"slug", "team"} & set(SERVICE.fields)), is_new=False)


def _change(body: Body, *, is_new: bool) -> ServiceChange:
    def given(name: str, longest: int, *, may_be_blank: bool = False) -> str | None:
        has = body.has(name)
        found = body.text(name, required=has, longest=longest, may_be_blank=may_be_blank)
        return found if has else None

    name = body.text("name", required=True, longest=LONGEST_LABEL) if is_new else None
    change = ServiceChange(
        name=name if is_new else given("name", LONGEST_LABEL),
        tier=given("tier", LONGEST_SLUG),
        playbook_slug=given("playbook", LONGEST_SLUG),
        description=given("description", LONGEST_TEXT, may_be_blank=True),
        runbook_url=given("runbook_url", _LONGEST_URL, may_be_blank=True),
        needs=_needs(body),
    )
    body.done()
    return change


def _needs(body: Body) -> tuple[str, ...] | None:
    if not body.has("depends_on"):
        return None
    return tuple(body.texts("depends_on", most=MOST_NEEDS, longest=LONGEST_SLUG))


def read_new_source(document: Mapping[str, object]) -> tuple[str, str, Service]:
    """Return name, wire format and service of a new source; the action knows the formats."""
    body = Body(document)
    name = body.text("name", required=True, longest=LONGEST_LABEL)
    form = body.text("format", required=True, longest=LONGEST_LABEL)
    slug = body.text("service", required=True, longest=LONGEST_SLUG)
    body.done()
    service = Service.objects.filter(slug=slug).first()
    if service is None:
        raise Invalid.field("/service", "There is no service of that slug.", "unknown_service")
    return name, form, service


def read_key(document: Mapping[str, object], source_id: int) -> int:
    """Return the id of a key of this source; another source's is as unknown as none."""
    body = Body(document)
    key_id = body.number("key", 1, required=True)
    body.done()
    if not SourceKey.objects.filter(pk=key_id, source=source_id).exists():
        raise Invalid.field("/key", "This source has no such key.", "unknown_key")
    return key_id


def read_nothing(document: Mapping[str, object]) -> None:
    """Raise Invalid for any field."""
    Body(document).done()
