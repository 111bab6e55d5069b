"""What a status page lists: groups, components, and the services behind them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from core.models import Team
from core.models.people import validate_zone
from incidents.models import Service
from statuspage.rules.ids import LENGTH, new_id
from statuspage.rules.states import ComponentState
from statuspage.rules.uptime import STRICT, WEIGHTS, start_of

_COLOUR = RegexValidator(r"^#[0-9a-f]{6}$", "Write a colour as #1f3f80.")
_ADDRESS = RegexValidator(
    r"^(https?://\S+|mailto:\S+@\S+)$", "Write a web address, or mailto: and a mail address."
)


LONGEST_LISTED, LONGEST_DESCRIPTION = 120, 1000


class PageQuerySet(models.QuerySet["Page"]):
    """Pages as sentences."""

    def locked(self) -> Self:
        """Return the same rows, locked: everything that is said on a page is said one after the other."""
        return self.select_for_update(no_key=True, of=("self",)).order_by("pk")


class Page(models.Model):
    """A status page; the default one answers at `/` of every host that no other claims. Its days and times are in `time_zone`.

    `updated_at` moves when anything on it changes, not when it is rendered again. `hosts`: the names that it answers on,
    in lower case and without a port; its links have the first; no two pages claim one. `audience` and `networks`
    (CIDR) say who may read it, `link_hash` is of the secret link; `private_since`: when it ceased to be for everybody. `accent`: the owner's colour in the light,
    `accent_dark` in the dark; empty: the house's. `needs_second`: another person approves each update.
    """

    class Audience(models.TextChoices):
        PUBLIC = "public", "everybody"
        LOGIN = "login", "people with an account, and those invited by mail"
        LINK = "link", "whoever has the secret link"
        NETWORK = "network", "whoever comes from certain networks"

    class UptimeRule(models.TextChoices):
        STATUSPAGE = "statuspage", "major outage counts in full, partial outage 30 %"
        STRICT = "strict", "major and partial outage count in full"

    public_id = models.CharField(max_length=LENGTH, unique=True, default=new_id, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="status_pages")
    is_default = models.BooleanField("answers at /", default=True)
    time_zone = models.CharField(max_length=64, default="Etc/UTC", validators=[validate_zone])
    support_url = models.CharField(
        "help for visitors", max_length=500, blank=True, validators=[_ADDRESS]
    )
    product_url = models.CharField(
        "the service itself", max_length=500, blank=True, validators=[_ADDRESS]
    )
    shows_uptime = models.BooleanField("shows uptime", default=True)
    shows_promises = models.BooleanField("shows how many updates came late", default=False)
    uptime_rule = models.CharField(
        max_length=10, choices=UptimeRule, default=UptimeRule.STATUSPAGE.value
    )
    hosts = models.JSONField(default=list, blank=True)
    audience = models.CharField(max_length=8, choices=Audience, default=Audience.PUBLIC.value)
    networks = models.JSONField(default=list, blank=True)
    private_since = models.DateTimeField(null=True, blank=True, editable=False)
    link_hash = models.CharField(max_length=64, blank=True, editable=False)
    accent = models.CharField(max_length=7, blank=True, validators=[_COLOUR])
    accent_dark = models.CharField(max_length=7, blank=True, validators=[_COLOUR])
    is_indexed = models.BooleanField("search engines may list it", default=True)
    takes_subscribers = models.BooleanField("visitors may subscribe", default=True)
    needs_second = models.BooleanField("a second person approves each update", default=False)
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)

    objects = PageQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = "status page"
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="statuspage_one_default"
            ),
            models.CheckConstraint(
                condition=Q(audience__in=["public", "login", "link", "network"]),
                name="statuspage_audience_is_known",
            ),
            models.CheckConstraint(
                condition=Q(uptime_rule__in=["statuspage", "strict"]),
                name="statuspage_uptime_rule_is_known",
            ),
            models.CheckConstraint(
                condition=Q(is_default=False) | Q(audience="public"),
                name="statuspage_default_is_public",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone of its days and times."""
        return ZoneInfo(self.time_zone)

    @property
    def is_strict(self) -> bool:
        """Return whether a partial outage counts in full."""
        return self.uptime_rule == Page.UptimeRule.STRICT

    @property
    def weights(self) -> Mapping[ComponentState, int]:
        """Return what counts against its uptime, in tenths."""
        return STRICT if self.is_strict else WEIGHTS

    @property
    def is_public(self) -> bool:
        """Return whether everybody may read it."""
        return self.audience == Page.Audience.PUBLIC


class Mark(models.Model):
    """A picture of the owner's: the logo, the one for dark, or the icon. At most 20 kB; `etag` is of its bytes."""

    class Kind(models.TextChoices):
        LOGO = "logo"
        LOGO_DARK = "logo_dark"
        ICON = "icon"

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="marks")
    kind = models.CharField(max_length=9, choices=Kind)
    content_type = models.CharField(max_length=40)
    content = models.BinaryField()
    etag = models.CharField(max_length=64)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    alt = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["page", "kind"], name="statuspage_one_mark_of_a_kind")
        ]

    def __str__(self) -> str:
        return self.kind


class Listed(models.Model):
    """What groups and components share. `position` counts within the page, or within the group."""

    public_id = models.CharField(max_length=LENGTH, unique=True, default=new_id, editable=False)
    name = models.CharField(max_length=LONGEST_LISTED)
    description = models.TextField(blank=True, max_length=LONGEST_DESCRIPTION)
    position = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)

    page: "models.ForeignKey[Page, Page]"

    class Meta:
        abstract = True
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def team_id(self) -> int:
        """Return the owning team's id: the page's."""
        return self.page.team_id


class ComponentGroup(Listed):
    """Components under one heading. Its state is that of its worst component."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="groups")

    class Meta(Listed.Meta):
        constraints = [
            models.UniqueConstraint(fields=["page", "name"], name="statuspage_group_named_once")
        ]

    def clean(self) -> None:
        """Raise ValidationError where a component has the name: programs tell series apart by it."""
        if self.page_id and self.page.components.filter(name=self.name, retired_at=None).exists():
            raise ValidationError({"name": "A component of this page has that name."})


class Component(Listed):
    """What visitors know a service, or several, as.

    `start_date`: the first day that is measured; without it the day of its making. `only_show_if_degraded`:
    the page leaves it out while it works. `retired_at`: it was taken off the page, and is kept because the
    ledger and past updates tell of it.
    """

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="components")
    group = models.ForeignKey(
        ComponentGroup,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="components",
    )
    start_date = models.DateField("measured since", null=True, blank=True)
    shows_uptime = models.BooleanField("shows uptime", default=True)
    shows_history = models.BooleanField("shows its 90 days", default=True)
    only_show_if_degraded = models.BooleanField(
        "only listed while something is wrong", default=False
    )
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)
    services: "models.ManyToManyField[Service, ComponentService]" = models.ManyToManyField(
        Service, through="ComponentService", related_name="+"
    )

    class Meta(Listed.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["page", "name"],
                condition=Q(retired_at__isnull=True),
                name="statuspage_component_named_once",
            )
        ]

    def clean(self) -> None:
        """Raise ValidationError for a group of another page, or a name that a group or another component has."""
        if self.group is not None and self.group.page_id != self.page_id:
            raise ValidationError({"group": "That group is on another page."})
        if self.page_id and self.page.groups.filter(name=self.name).exists():
            raise ValidationError({"name": "A group of this page has that name."})
        same = Component.objects.filter(page=self.page_id, name=self.name, retired_at=None)
        if same.exclude(pk=self.pk).exists():
            raise ValidationError({"name": "A component of that name already exists on this page."})

    @property
    def measured_from(self) -> datetime:
        """Return the first instant that counts for its uptime."""
        if self.start_date is None:
            return self.created_at
        return start_of(self.start_date, self.page.zone)


class SharedComponent(models.Model):
    """A component that another page lists too, perhaps under a name, in a group and at a place of that page's.

    State, ledger and figures are the component's; `name` empty: its own.
    """

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="shared")
    component = models.ForeignKey(Component, on_delete=models.CASCADE, related_name="listings")
    name = models.CharField(max_length=120, blank=True)
    group = models.ForeignKey(
        ComponentGroup, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    position = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["page", "component"], name="statuspage_listed_once")
        ]

    def __str__(self) -> str:
        return self.name or self.component.name

    def clean(self) -> None:
        """Raise ValidationError for the component's own page, and for a group of another page."""
        if self.component_id and self.component.page_id == self.page_id:
            raise ValidationError({"component": "This page lists it already: it is its own."})
        if self.group is not None and self.group.page_id != self.page_id:
            raise ValidationError({"group": "That group is on another page."})


class ComponentService(models.Model):
    """A component stands for a service: an incident of the service may be told as one of the component."""

    component = models.ForeignKey(Component, on_delete=models.CASCADE, related_name="bindings")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = "service behind a component"
        verbose_name_plural = "services behind components"
        constraints = [
            models.UniqueConstraint(
                fields=["component", "service"], name="statuspage_service_bound_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.component_id} stands for {self.service_id}"
