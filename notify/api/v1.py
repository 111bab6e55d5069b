"""REST API of notify: deliveries, the proof that a message left."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from core.actor import Actor
from core.api.auth import caller
from core.api.filters import chosen, known, number, word
from core.api.operations import ID, PAGING, Operation
from core.api.paging import CursorPages
from core.api.shapes import Shape, many, maybe, moment, page_of, text, whole
from core.api.versions import one
from core.api.views import Door
from core.api.views import number as number_of
from core.errors import NotFound
from core.models import User
from core.permissions import may, require
from notify.addresses import masked
from notify.channels import CHANNELS
from notify.models import Delivery, DeliveryAttempt

_PRIORITIES = {priority.value: priority.name.lower() for priority in Delivery.Priority}
_FIELDS = {
    "id": whole(),
    "kind": text("What it is about, such as page."),
    "object_id": whole("The id of what it is about, among its kind."),
    "recipient": maybe(text("A username.")),
    "channel": text(),
    "address": text("Whole to its recipient and to Administrators, masked to everybody else."),
    "priority": text(one_of=_PRIORITIES.values()),
    "state": text(one_of=Delivery.State.values),
    "created_at": moment(),
    "due_at": moment("Not to be sent before."),
    "expires_at": moment("Of no use after."),
    "sent_at": maybe(moment()),
    "attempt_count": whole(),
    "proof": text("What the channel said when it took it."),
    "error": text("What went wrong last."),
}
_EXAMPLE = {
    "id": 7,
    "kind": "page",
    "object_id": 12,
    "recipient": "ines",
    "channel": "email",
    "address": "i…@northwind.example",
    "priority": "page",
    "state": "sent",
    "created_at": "2026-11-23T09:00:00.000000Z",
    "due_at": "2026-11-23T09:00:00.000000Z",
    "expires_at": "2026-11-24T09:00:00.000000Z",
    "sent_at": "2026-11-23T09:00:02.500000Z",
    "attempt_count": 1,
    "proof": "250 OK",
    "error": "",
}
ATTEMPT = Shape(
    "DeliveryAttempt",
    {
        "number": whole(),
        "started_at": moment(),
        "finished_at": maybe(moment()),
        "outcome": text(one_of=DeliveryAttempt.Outcome.values),
        "detail": text(),
    },
    example={
        "number": 1,
        "started_at": "2026-11-23T09:00:01.000000Z",
        "finished_at": "2026-11-23T09:00:02.500000Z",
        "outcome": "sent",
        "detail": "250 OK",
    },
)
DELIVERY = Shape("Delivery", _FIELDS, example=_EXAMPLE)
WHOLE_DELIVERY = Shape(
    "WholeDelivery",
    {**_FIELDS, "attempts": many(ATTEMPT)},
    example={**_EXAMPLE, "attempts": [dict(ATTEMPT.example)]},
)
FILTERS = (
    word("state", "state", Delivery.State.values),
    word("channel", "channel", sorted(CHANNELS)),
    known("recipient", "recipient", User.objects.all, "username", "The username of its recipient."),
    number("object_id", "object_id", "The id of what it is about; best together with kind."),
    word("kind", "kind", sorted(settings.DELIVERY_TEXTS)),
)
_ROWS = Delivery.objects.select_related("recipient").defer("secret")


class Deliveries(Door):
    """`/api/v1/deliveries/`: what was to be sent, the newest first."""

    tag = "Deliveries"
    parameters = (*PAGING, *FILTERS)
    operations = {"get": Operation("List deliveries", page_of(DELIVERY))}

    def get(self, request: Request) -> HttpResponseBase:
        """Return a page of deliveries."""
        by = caller(request)
        require(by, "notify.view")
        pages = CursorPages()
        rows = pages.paginate_queryset(chosen(_ROWS, request.query_params, FILTERS), request)
        return pages.get_paginated_response([_delivery(row, by) for row in rows])


class OneDelivery(Door):
    """`/api/v1/deliveries/<id>/`."""

    tag = "Deliveries"
    places = {"pk": ID}
    operations = {
        "get": Operation("Show a delivery with its attempts", WHOLE_DELIVERY, is_versioned=True)
    }

    def get(self, request: Request, pk: str) -> HttpResponse:
        """Return one delivery with every try."""
        by = caller(request)
        require(by, "notify.view")
        found = _ROWS.filter(pk=number_of(pk)).first()
        if found is None:
            raise NotFound(f"There is no delivery {pk}.")
        tries = [_attempt(row) for row in found.tries.order_by("number")]
        return one(request, {**_delivery(found, by), "attempts": tries})


def _delivery(row: Delivery, by: Actor) -> dict[str, Any]:
    is_whole = row.recipient_id == by.user_id or may(by, "core.edit_people")
    return {
        "id": row.pk,
        "kind": row.kind,
        "object_id": row.object_id,
        "recipient": row.recipient.username if row.recipient else None,
        "channel": row.channel,
        "address": row.address if is_whole else masked(row.address),
        "priority": _PRIORITIES[row.priority],
        "state": row.state,
        "created_at": row.created_at,
        "due_at": row.not_before,
        "expires_at": row.expires_at,
        "sent_at": row.sent_at,
        "attempt_count": row.attempts,
        "proof": row.proof,
        "error": row.error,
    }


def _attempt(row: DeliveryAttempt) -> dict[str, Any]:
    return {
        "number": row.number,
        "started_at": row.started_at,
        "finished_at": row.finished_at,
        "outcome": row.outcome,
        "detail": row.detail,
    }
