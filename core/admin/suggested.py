"""Suggestions for what is being typed: a form with data-preview="picks" asks its own page for them (live.js)."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.forms import Field
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse

from core.admin.pickers import MOST, Picks

PART = "picks"
ROW = "__prefix__"  # in a name: the number of a row


def is_asked(request: HttpRequest) -> bool:
    """Return whether a page is asked for suggestions instead of what it does with a form."""
    return request.method == "POST" and request.GET.get("part") == PART


def has_picks(fields: Iterable[Field]) -> bool:
    """Return whether any of these fields suggests."""
    return any(_picks(field) for field in fields)


def answer(request: HttpRequest, fields: Mapping[str, Field]) -> HttpResponse:
    """Return the lists of suggestions anew, for what these fields hold. Field by its name in the form.

    Fields that share a list are looked at together. Writes nothing.
    """
    typed: dict[Picks, list[str]] = defaultdict(list)
    for name, field in fields.items():
        picks = _picks(field)
        if picks is not None:
            typed[picks].extend(_texts(request.POST, name))
    lists = [(picks.id, _options(picks, texts)) for picks, texts in typed.items()]
    return TemplateResponse(
        request, "core/picks.html", {"lists": lists}, headers={"Cache-Control": "no-store"}
    )


def _picks(field: Field) -> Picks | None:
    found: Picks | None = getattr(field.widget, "picks", None)
    return found


def _texts(data: QueryDict, name: str) -> list[str]:
    if ROW not in name:
        return data.getlist(name)
    like = re.compile(re.escape(name).replace(ROW, "[0-9]+"))
    return [text for key in data if like.fullmatch(key) for text in data.getlist(key)]


def _options(picks: Picks, texts: Iterable[str]) -> list[str]:
    """Return suggestions for the names in the making; what stands before the last comma is kept."""
    making = [(head, text) for head, text in map(_last, texts) if text and not text.endswith(")")]
    if not making:
        return picks.suggested()
    found = [
        f"{head}, {one}" if head else one
        for head, text in making[-3:]
        for one in picks.suggested(text)
    ]
    return list(dict.fromkeys(found))[:MOST]


def _last(text: str) -> tuple[str, str]:
    head, _, last = text.rpartition(",")
    return head.strip(), last.strip()
