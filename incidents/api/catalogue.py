"""REST API of the catalogue: services, sources and their keys."""

from functools import partial

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.auth import caller
from core.api.filters import chosen
from core.api.operations import ID, PAGING, SLUG, Operation
from core.api.paging import CursorPages
from core.api.shapes import page_of
from core.api.versions import one, unchanged
from core.api.views import Door, address, fields, number
from core.errors import NotFound
from core.permissions import require
from incidents.actions import catalog, services
from incidents.api import asked, filters, rows, shapes
from incidents.api.entries import (
    read_key,
    read_new_service,
    read_new_source,
    read_nothing,
    read_service_change,
)  # fmt: skip
from incidents.models import Service, Source

_SERVICES = Service.objects.select_related("team").prefetch_related("depends_on")
_SOURCES = Source.objects.select_related("service").prefetch_related("keys")
_NEEDS_CODES = {
    "unknown_service": "422: depends_on names a service that is not there.",
    "unknown_playbook": "422: no playbook of that slug is loaded.",
}


class Services(Door):
    """`/api/v1/services/`: what can break."""

    tag = "Services"
    parameters = (*PAGING, *filters.SERVICES)
    operations = {
        "get": Operation("List services", page_of(shapes.SERVICE)),
        "post": Operation(
            "Add a service",
            shapes.SERVICE,
            status=201,
            takes=asked.NEW_SERVICE,
            is_versioned=True,
            detail="For managers of the team that is to own it, and Administrators.",
            codes={"unknown_team": "422: there is no team of that slug.", **_NEEDS_CODES},
        ),
    }

    def get(self, request: Request) -> HttpResponseBase:
        """Return a page of services, the newest first."""
        require(caller(request), "incidents.view")
        pages = CursorPages()
        found = chosen(_SERVICES.all(), request.query_params, filters.SERVICES)
        page = pages.paginate_queryset(found, request)
        return pages.get_paginated_response([rows.service(row) for row in page])

    def post(self, request: Request) -> HttpResponse:
        """Add a service; answers 201 with it and its Location."""
        slug, team, rest = read_new_service(fields(request))
        made = services.add_service(slug, rest, team=team, by=caller(request), at=clock.now())
        headers = {"Location": address("api-service", made.slug)}
        return one(request, _service(made.slug), status=201, headers=headers)


class OneService(Door):
    """`/api/v1/services/<slug>/`."""

    tag = "Services"
    places = {"slug": SLUG}
    operations = {
        "get": Operation("Show a service", shapes.SERVICE, is_versioned=True),
        "patch": Operation(
            "Change a service",
            shapes.SERVICE,
            takes=asked.CHANGED_SERVICE,
            is_versioned=True,
            detail="For managers of its team, and Administrators. Slug and team stay.",
            codes=_NEEDS_CODES,
        ),
    }

    def get(self, request: Request, slug: str) -> HttpResponse:
        """Return one service."""
        require(caller(request), "incidents.view")
        return one(request, _service(slug))

    def patch(self, request: Request, slug: str) -> HttpResponse:
        """Change what is given, and return the service."""
        _service(slug)
        change = read_service_change(fields(request))
        with unchanged(request, Service.objects.filter(slug=slug), partial(_service, slug)):
            services.change_service(slug, change, by=caller(request), at=clock.now())
        return one(request, _service(slug))


class Sources(Door):
    """`/api/v1/sources/`: where events come from."""

    tag = "Sources"
    parameters = (*PAGING, *filters.SOURCES)
    operations = {
        "get": Operation("List sources", page_of(shapes.SOURCE)),
        "post": Operation(
            "Add a source",
            shapes.KEYED_SOURCE,
            status=201,
            takes=asked.NEW_SOURCE,
            detail="For managers of the service's team. The key is in this answer, and nowhere else.",
            codes={"unknown_service": "422: there is no service of that slug."},
        ),
    }

    def get(self, request: Request) -> HttpResponseBase:
        """Return a page of sources, the newest first."""
        require(caller(request), "incidents.view")
        pages = CursorPages()
        found = chosen(_SOURCES.all(), request.query_params, filters.SOURCES)
        page = pages.paginate_queryset(found, request)
        return pages.get_paginated_response([rows.source(row) for row in page])

    def post(self, request: Request) -> Response:
        """Add a source with its first key; answers 201 with both, and its Location."""
        name, form, service = read_new_source(fields(request))
        made, key = catalog.make_source(
            name, form=form, service=service, by=caller(request), at=clock.now()
        )
        return _keyed(made.pk, key)


class OneSource(Door):
    """`/api/v1/sources/<id>/`."""

    tag = "Sources"
    places = {"pk": ID}
    operations = {"get": Operation("Show a source", shapes.SOURCE, is_versioned=True)}

    def get(self, request: Request, pk: str) -> HttpResponse:
        """Return one source with its keys' beginnings."""
        require(caller(request), "incidents.view")
        return one(request, _source(number(pk)))


class RotatedKey(Door):
    """`/api/v1/sources/<id>/rotate-key/`."""

    tag = "Sources"
    places = {"pk": ID}
    operations = {
        "post": Operation(
            "Make another key",
            shapes.KEYED_SOURCE,
            status=201,
            takes=asked.NOTHING,
            refuses=(409,),
            detail="The other key goes on working: change the sender, then revoke it. Two live at a time.",
            codes={"not_possible": "409: two keys are live; revoke one first."},
        )
    }

    def post(self, request: Request, pk: str) -> Response:
        """Add a key; answers 201 with the source and the key, this once."""
        read_nothing(fields(request))
        source_id = number(pk)
        key = catalog.new_key(source_id, by=caller(request), at=clock.now())
        return _keyed(source_id, key)


class RevokedKey(Door):
    """`/api/v1/sources/<id>/revoke-key/`."""

    tag = "Sources"
    places = {"pk": ID}
    operations = {
        "post": Operation(
            "Revoke a key",
            shapes.SOURCE,
            takes=asked.REVOKED_KEY,
            is_versioned=True,
            detail="Its sender is refused within a second. Done again it changes nothing.",
            codes={"unknown_key": "422: this source has no such key."},
        )
    }

    def post(self, request: Request, pk: str) -> HttpResponse:
        """End a key of this source, and return the source."""
        source_id = number(pk)
        key_id = read_key(fields(request), source_id)
        with unchanged(request, Source.objects.filter(pk=source_id), partial(_source, source_id)):
            catalog.revoke_key(key_id, by=caller(request), at=clock.now())
        return one(request, _source(source_id))


class SwitchedSource(Door):
    """`/api/v1/sources/<id>/enable/` and `/disable/`."""

    tag = "Sources"
    places = {"pk": ID}
    choices = (
        "switch",
        {
            word: Operation(
                f"{word.capitalize()} a source",
                shapes.SOURCE,
                takes=asked.NOTHING,
                is_versioned=True,
                detail="While it is disabled its sender is answered 410. Done again it changes nothing.",
            )
            for word in ("enable", "disable")
        },
    )

    def post(self, request: Request, pk: str, switch: str) -> HttpResponse:
        """Switch it, and return the source."""
        read_nothing(fields(request))
        source_id = number(pk)
        with unchanged(request, Source.objects.filter(pk=source_id), partial(_source, source_id)):
            catalog.switch_source(
                source_id, on=switch == "enable", by=caller(request), at=clock.now()
            )
        return one(request, _source(source_id))


def _keyed(source_id: int, key: str) -> Response:
    row = _SOURCES.get(pk=source_id)
    told = {**rows.source(row), "key": key, "address": catalog.ingest_url(row, key)}
    headers = {"Location": address("api-source", source_id)}
    return Response(told, status=201, headers=headers)


def _service(slug: str) -> rows.Json:
    found = None if "\0" in slug else _SERVICES.filter(slug=slug).first()
    if found is None:
        raise NotFound("There is no such service.")
    return rows.service(found)


def _source(source_id: int) -> rows.Json:
    found = _SOURCES.filter(pk=source_id).first()
    if found is None:
        raise NotFound(f"There is no source {source_id}.")
    return rows.source(found)
