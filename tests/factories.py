"""Factories that speak the domain (style.md E11). Instants are fixed; nothing reads a clock."""

from datetime import UTC, datetime
from typing import Any

import factory
from django.contrib.auth.models import Group
from factory.django import DjangoModelFactory

from core.actor import Actor, person
from core.models import Membership, Team, User
from core.secrets import digest
from incidents.models import Incident, PlaybookVersion, Service, Source, SourceKey
from incidents.playbook.lifecycle import State
from oncall.models import (
    ContactMethod,
    EscalationPolicy,
    Layer,
    PolicyBinding,
    PolicyStep,
    Responder,
    RotationSlot,
    RotationVersion,
    Schedule,
)

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
IMPORT = Actor("import", "test")


class ATeam(DjangoModelFactory):
    class Meta:
        model = Team

    slug = factory.Sequence(lambda n: f"team-{n}")
    name = factory.LazyAttribute(lambda team: team.slug.title())


class AUser(DjangoModelFactory):
    """`group`: Administrator, Responder (default) or Viewer. `manages`/`member_of`: a team."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@northwind.example")

    @factory.post_generation
    def group(self: User, create: bool, extracted: str | None, **_: Any) -> None:
        self.groups.add(Group.objects.get_or_create(name=extracted or "Responder")[0])

    @factory.post_generation
    def manages(self: User, create: bool, extracted: Team | None, **_: Any) -> None:
        if extracted:
            Membership.objects.create(team=extracted, user=self, role=Membership.Role.MANAGER)

    @factory.post_generation
    def member_of(self: User, create: bool, extracted: Team | None, **_: Any) -> None:
        if extracted:
            Membership.objects.create(team=extracted, user=self)


def somebody(group: str = "Responder", **fields: Any) -> Actor:
    """Return the actor for a new person of that group."""
    return person(AUser(group=group, **fields))


class AService(DjangoModelFactory):
    class Meta:
        model = Service

    slug = factory.Sequence(lambda n: f"service-{n}")
    name = factory.LazyAttribute(lambda service: service.slug.title())
    team = factory.SubFactory(ATeam)


class ASource(DjangoModelFactory):
    """A source with one key, its plain text in `.key` (format alertmanager unless told)."""

    class Meta:
        model = Source
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"source {n}")
    format = "alertmanager"
    service = factory.SubFactory(AService)
    created_at = NINE

    @factory.post_generation
    def key(self: Source, create: bool, extracted: str | None, **_: Any) -> None:
        plain = extracted or f"{self.pk:032x}"
        SourceKey.objects.create(
            source=self, slot=1, prefix=plain[:8], digest=digest(plain), created_at=NINE
        )
        self.key = plain


class AnIncident(DjangoModelFactory):
    """In triage and detected; traits `declared`, `acknowledged`, `resolved`. Needs a loaded playbook."""

    class Meta:
        model = Incident

    class Params:
        declared = factory.Trait(declared_at=NINE)
        acknowledged = factory.Trait(state=State.ACKNOWLEDGED, acknowledged_at=NINE)
        resolved = factory.Trait(state=State.RESOLVED, ended_at=NINE)

    title = "Checkout is failing"
    service = factory.SubFactory(AService)
    rank = 2
    opened_at = NINE
    playbook = factory.LazyFunction(lambda: PlaybookVersion.objects.get(slug="standard"))


class AResponder(DjangoModelFactory):
    """A person who can be paged by mail at a verified address."""

    class Meta:
        model = Responder
        skip_postgeneration_save = True

    user = factory.SubFactory(AUser)

    @factory.post_generation
    def contact(self: Responder, create: bool, extracted: str | None, **_: Any) -> None:
        address = extracted if extracted is not None else self.user.email
        if address:
            ContactMethod.objects.create(
                responder=self, channel="email", address=address, verified_at=NINE
            )


class ASchedule(DjangoModelFactory):
    """One weekly layer since early 2026; `people`: users in turn (Monday 09:00 handoff in its zone)."""

    class Meta:
        model = Schedule
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"schedule-{n}")
    name = factory.LazyAttribute(lambda schedule: schedule.slug.title())
    team = factory.SubFactory(ATeam)
    time_zone = "UTC"
    created_at = datetime(2026, 1, 5, 9, tzinfo=UTC)

    @factory.post_generation
    def people(self: Schedule, create: bool, extracted: list[User] | None, **_: Any) -> None:
        layer = Layer.objects.create(schedule=self)
        version = RotationVersion.objects.create(
            layer=layer, anchor_local="2026-01-05T09:00", time_zone=self.time_zone
        )
        for place, user in enumerate(extracted or []):
            RotationSlot.objects.create(version=version, position=place, user=user)


class APolicy(DjangoModelFactory):
    """`steps`: a list of (wait in seconds, [schedules or users])."""

    class Meta:
        model = EscalationPolicy
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"policy-{n}")
    name = factory.LazyAttribute(lambda policy: policy.slug.title())
    team = factory.SubFactory(ATeam)

    @factory.post_generation
    def steps(
        self: EscalationPolicy,
        create: bool,
        extracted: list[tuple[int, list[Any]]] | None,
        **_: Any,
    ) -> None:
        for place, (wait_s, targets) in enumerate(extracted or []):
            step = PolicyStep.objects.create(policy=self, position=place + 1, wait_s=wait_s)
            step.schedules.set([target for target in targets if isinstance(target, Schedule)])
            step.people.set([target for target in targets if isinstance(target, User)])

    @factory.post_generation
    def default(self: EscalationPolicy, create: bool, extracted: bool | None, **_: Any) -> None:
        if extracted:
            PolicyBinding.objects.create(policy=self, is_default=True)
