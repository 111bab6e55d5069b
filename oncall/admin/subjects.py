"""What the pager's messages are about, for the paging log: wired as `delivery_subjects` in PROVIDERS."""

from collections import defaultdict
from collections.abc import Collection

from django.urls import reverse

from incidents.models import Incident, RoleOffer
from incidents.playbook import severity_for
from incidents.templatetags.incident_marks import severity
from notify.admin.subjects import About, Subject
from oncall.models import ContactMethod, Page

_OF_INCIDENT = ("cleared", "command", "severity", "reopened")
_OF_CONTACT = ("test", "verification")


def subjects(asked: Collection[About]) -> dict[About, Subject]:
    """Return incidents and contacts behind (kind, object id) pairs; what is gone is left out."""
    ids: dict[str, set[int]] = defaultdict(set)
    for kind, object_id in asked:
        ids[kind].add(object_id)
    return {**_incidents(ids), **_contacts(ids)}


def _incidents(ids: dict[str, set[int]]) -> dict[About, Subject]:
    pages = Page.objects.filter(pk__in=ids["page"]).values_list("pk", "escalation__incident")
    offers = RoleOffer.objects.filter(pk__in=ids["role_offer"]).values_list("pk", "incident")
    behind: dict[About, int] = {("page", pk): incident for pk, incident in pages}
    behind |= {("role_offer", pk): incident for pk, incident in offers}
    behind |= {(kind, pk): pk for kind in _OF_INCIDENT for pk in ids[kind]}
    rows = Incident.objects.select_related("playbook").in_bulk(set(behind.values()))
    return {about: _incident(rows[pk]) for about, pk in behind.items() if pk in rows}


def _incident(row: Incident) -> Subject:
    code = severity_for(row.playbook.playbook, row.rank).code
    url = reverse("admin:incidents_incident_change", args=[row.pk])
    return Subject(row.label, url, severity(row.rank, code, ended=not row.is_live))


def _contacts(ids: dict[str, set[int]]) -> dict[About, Subject]:
    wanted = {pk for kind in _OF_CONTACT for pk in ids[kind]}
    rows = ContactMethod.objects.filter(pk__in=wanted).select_related("responder__user")
    found = {row.pk: row.responder for row in rows}
    return {
        (kind, pk): Subject(
            f"{found[pk]}'s contacts",
            reverse("admin:oncall_responder_change", args=[found[pk].pk]),
        )
        for kind in _OF_CONTACT
        for pk in ids[kind]
        if pk in found
    }
