"""The chips above the paging log: each is pressed on and off by a link."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.admin import SimpleListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from core import clock
from notify.admin import outcomes
from notify.admin.subjects import kind_word
from notify.channels import CHANNELS
from notify.models import Delivery

WINDOW = timedelta(hours=24)
ALL = "all"


class Chips(SimpleListFilter):
    """A filter that is drawn as chips; the one that is on leads to the list without it."""

    template = "notify/chips.html"

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yield one chip per value."""
        for value, label in self.lookup_choices:
            is_on = self.value() == value
            new, gone = ({}, [self.parameter_name]) if is_on else ({self.parameter_name: value}, [])
            address = changelist.get_query_string(new, gone)
            yield {"selected": is_on, "query_string": address, "display": label}


class Since(Chips):
    """The last 24 hours, unless somebody asks for all."""

    title, parameter_name = "time", "since"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the one other value."""
        return [(ALL, "All time")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yield the one chip: on unless all are asked for."""
        is_on = self.value() != ALL
        new, gone = ({"since": ALL}, []) if is_on else ({}, ["since"])
        address = changelist.get_query_string(new, gone)
        yield {"selected": is_on, "query_string": address, "display": "Last 24 h"}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        """Leave out what was asked for more than 24 hours ago."""
        if self.value() == ALL:
            return queryset
        return queryset.filter(created_at__gte=clock.now() - WINDOW)


class ByOutcome(Chips):
    """What became of it."""

    title, parameter_name = "outcome", "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the outcomes that are asked for."""
        return [
            ("late", "Late over 5 s"),
            ("no-proof", "No proof"),
            ("failed", "Failed"),
            ("held-back", "Held back"),
            ("waiting", "Waiting"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        """Keep those with the outcome; an unknown one keeps all."""
        conditions: dict[str | None, Q] = {
            "late": outcomes.was_late(clock.now()),
            "no-proof": outcomes.UNPROVEN,
            "failed": outcomes.FAILED,
            "held-back": outcomes.HELD_BACK,
            "waiting": outcomes.WAITS,
        }
        condition = conditions.get(self.value())
        return queryset if condition is None else queryset.filter(condition)


class _ByColumn(SimpleListFilter):
    """One of the values that there can be; asking the table for those in use would read all of it."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        """Keep those with the value."""
        value = self.value()
        return queryset.filter(**{str(self.parameter_name): value}) if value else queryset


class ByChannel(_ByColumn):
    """By which way it goes."""

    title = parameter_name = "channel"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the channels."""
        return [(way.kind, way.label) for way in CHANNELS.values()]


class ByKind(_ByColumn):
    """What it is."""

    title = parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the kinds that somebody writes texts for."""
        return [(kind, kind_word(kind)) for kind in settings.DELIVERY_TEXTS]
