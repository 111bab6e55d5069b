"""Build who is there and what can break: people, teams, services, sources."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from core.actor import Actor
from core.models import Membership, Team, User
from incidents.actions import catalog, services
from incidents.models import Dependency, Service, Source
from oncall.demo.data import Company

LOADER = Actor("import", "demo data")


@dataclass(frozen=True, slots=True)
class Built:
    """The rows by the keys of company.yaml."""

    people: dict[str, User]
    teams: dict[str, Team]
    services: dict[str, Service]
    sources: dict[str, Source]
    keys: dict[str, str]  # by source: the key in plain text


def build(company: Company, at: datetime) -> Built:
    """Write people, teams, services and sources; who is paged comes later (`oncall.demo.paging`)."""
    people = _people(company)
    teams = _teams(company, people)
    services = _services(company, teams, at)
    sources, keys = _sources(company, services, at)
    return Built(people, teams, services, sources, keys)


def _people(company: Company) -> dict[str, User]:
    rows = {}
    for username, person in company.people.items():
        first, last = person.name.split(" ", 1)
        rows[username] = User(
            username=username,
            first_name=first,
            last_name=last,
            email=f"{address_of(person.name)}@northwind.example",
            time_zone=person.zone,
            password=make_password(None),  # only the printed login may sign in
        )
    User.objects.bulk_create(rows.values())
    for group in Group.objects.all():
        members = [rows[name] for name, p in company.people.items() if p.group == group.name]
        group.user_set.add(*members)
    return rows


def address_of(name: str) -> str:
    """Return the local part of a person's address: ASCII, lower case, dots for spaces."""
    return name.lower().replace("á", "a").replace(" ", ".")


def _teams(company: Company, people: dict[str, User]) -> dict[str, Team]:
    rows = {slug: Team(slug=slug, name=team.name) for slug, team in company.teams.items()}
    Team.objects.bulk_create(rows.values())
    places = [
        Membership(
            team=rows[slug],
            user=people[name],
            role=Membership.Role.MANAGER if place == 0 else Membership.Role.MEMBER,
        )
        for slug, team in company.teams.items()
        for place, name in enumerate(team.people)
    ]
    Membership.objects.bulk_create(places)
    return rows


def _services(company: Company, teams: dict[str, Team], at: datetime) -> dict[str, Service]:
    rows = {}
    for slug, data in company.services.items():
        name = data.name or slug.replace("-", " ")
        change = services.ServiceChange(
            name=name,
            tier=data.tier,
            playbook_slug=data.playbook,
            description=data.does,
            runbook_url=f"https://runbooks.northwind.example/{slug}",
        )
        rows[slug] = services.add_service(slug, change, team=teams[data.team], by=LOADER, at=at)
    needs = [
        Dependency(service=rows[slug], needs=rows[other])
        for slug, data in company.services.items()
        for other in data.needs
    ]
    Dependency.objects.bulk_create(needs)
    return rows


def _sources(
    company: Company, services: dict[str, Service], at: datetime
) -> tuple[dict[str, Source], dict[str, str]]:
    rows, keys = {}, {}
    for slug, data in company.sources.items():
        rows[slug], keys[slug] = catalog.make_source(
            data.name, form=data.format, service=services[data.service], by=LOADER, at=at
        )
        rows[slug].service_label = data.route
        rows[slug].save(update_fields=["service_label"])
    return rows, keys
