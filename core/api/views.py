"""What every endpoint of the REST API is: strict about parameters, media types, methods and numbers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.urls import reverse
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from core.api.idempotency import kept
from core.api.operations import LARGEST_ID, Operation, Parameter, names
from core.api.parameters import refuse_unknown
from core.api.shapes import Piece
from core.errors import NotFound

_NUMBER = re.compile(r"[1-9][0-9]{0,18}")


class AcceptOnly(DefaultContentNegotiation):
    """The Accept header alone decides; `?format=` is a parameter like any other."""

    def filter_renderers(
        self, renderers: Iterable[BaseRenderer], *_: object, **__: object
    ) -> list[BaseRenderer]:
        """Return them all, whatever format the query names."""
        return list(renderers)

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        """Return the renderer and its plain media type: what the caller wrote is not sent back."""
        renderer, _accepted = super().select_renderer(request, renderers, format_suffix)
        return renderer, renderer.media_type


class Door(APIView):
    """One endpoint. What it declares is what the schema shows and what is enforced here.

    `tag`: the resource it belongs to. `parameters`: the query parameters of its GET; all others are refused.
    `operations`: each method by its lower-case name; a POST that answers 201 heeds Idempotency-Key.
    `places`: what stands in its address, by name. `choices`: a place that takes a few words only, and the POST of each.
    """

    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    metadata_class = None
    content_negotiation_class = AcceptOnly
    tag: ClassVar[str] = ""
    parameters: ClassVar[Sequence[Parameter]] = ()
    operations: ClassVar[Mapping[str, Operation]] = {}
    places: ClassVar[Mapping[str, Piece]] = {}
    choices: ClassVar[tuple[str, Mapping[str, Operation]]] = ("", {})

    def __init_subclass__(cls, **more: Any) -> None:
        """Let every method that creates keep its answers."""
        super().__init_subclass__(**more)
        for name, operation in cls.__dict__.get("operations", {}).items():
            if operation.creates:
                setattr(cls, name, kept(getattr(cls, name)))

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Sign in, then refuse methods, words in its address and parameters that the endpoint does not know."""
        super().initial(request, *args, **kwargs)
        method = str(request.method).lower()
        if method not in self.http_method_names or not hasattr(self, method):
            raise MethodNotAllowed(method.upper())
        place, words = self.choices
        if place and kwargs[place] not in words:
            raise NotFound(f"There is no such {place}; there are: {', '.join(words)}.")
        is_read = request.method in ("GET", "HEAD")
        refuse_unknown(request.query_params, names(self.parameters) if is_read else frozenset())

    @property
    def default_response_headers(self) -> dict[str, str]:
        """Return Allow and Vary as ever, and that nothing of this may be kept by anyone between."""
        return {**super().default_response_headers, "Cache-Control": "no-store"}


class NoSuchPath(Door):
    """What answers every other address below /api/v1/: the same problem body, database or not."""

    authentication_classes: Sequence[type[BaseAuthentication]] = ()
    permission_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raise NotFound whatever the method."""
        raise NotFound("There is no such address; most addresses here end with a slash.")


def address(name: str, *args: object) -> str:
    """Return the whole address of a resource, for Location: on STAFF_URL, never on the Host header."""
    return f"{settings.STAFF_URL}{reverse(name, args=args)}"


def number(text: str) -> int:
    """Return the number in a path; NotFound for whatever can't be the id of a row."""
    if not _NUMBER.fullmatch(text) or int(text) > LARGEST_ID:
        raise NotFound("There is no such object.")
    return int(text)


def fields(request: Request) -> Mapping[str, object]:
    """Return the JSON object in the body; {} without one."""
    return dict(request.data)
