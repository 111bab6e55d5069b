"""What every endpoint of the REST API is: strict about parameters, media types, methods and numbers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from rest_framework.authentication import BaseAuthentication
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from core.api.bodies import LARGEST_ID
from core.api.parameters import refuse_unknown
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
    """One endpoint. `parameters` are the query parameters that it knows; all others are refused."""

    http_method_names = ["get", "head", "post"]
    metadata_class = None
    content_negotiation_class = AcceptOnly
    parameters: ClassVar[frozenset[str]] = frozenset()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Sign in, then refuse parameters that the endpoint does not know."""
        super().initial(request, *args, **kwargs)
        refuse_unknown(request.query_params, self.parameters)

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


def number(text: str) -> int:
    """Return the number in a path; NotFound for whatever can't be the id of a row."""
    if not _NUMBER.fullmatch(text) or int(text) > LARGEST_ID:
        raise NotFound("There is no such object.")
    return int(text)


def fields(request: Request) -> Mapping[str, object]:
    """Return the JSON object in the body; {} without one."""
    return dict(request.data)
