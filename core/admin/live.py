"""Parts of a page that refresh in place: the same template that the whole page includes, asked for by ?part=."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse


def part(
    request: HttpRequest, parts: Mapping[str, str], context: Mapping[str, Any]
) -> HttpResponse | None:
    """Return the fragment that `?part=` names, None when the whole page is wanted.

    `parts`: name -> template. An unknown name answers 404, so that a page of an older version stops asking.
    """
    wanted = request.GET.get("part")
    if wanted is None:
        return None
    template = parts.get(wanted)
    if template is None:
        return HttpResponse("No such part.", status=404, content_type="text/plain; charset=utf-8")
    return TemplateResponse(request, template, {**context}, headers={"Cache-Control": "no-store"})
