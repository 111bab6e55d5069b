"""Give a page its owner's colour and pictures (public.md 9)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from core.actor import Actor
from core.errors import Invalid, NotFound
from core.permissions import require
from statuspage.actions.rendering import render
from statuspage.models import Mark, Page
from statuspage.rules.colours import DARK, LIGHT, is_colour, readable
from statuspage.rules.marks import NoMark, measured


@dataclass(frozen=True, slots=True)
class Look:
    """What the owner wants. `marks`: kind -> bytes, or None to take it away; a kind that is not named stays.

    `accent`, `accent_dark`: "#rrggbb", or "" for the usual one, or one made from the other.
    """

    accent: str = ""
    accent_dark: str = ""
    marks: Mapping[str, bytes | None] = field(default_factory=dict)


class Unreadable(Invalid):
    """A colour that can't be read on the page; `extra` has what was wanted and the nearest that can."""

    code = "colour_unreadable"


def set_look(page_id: int, look: Look, *, accepts: bool, by: Actor, at: datetime) -> Page:
    """Give a page a look, visible at once.

    `accepts`: the owner takes the nearest colour that can be read instead of the one wanted. Raises NotFound,
    NotAllowed, Invalid, and Unreadable where that would have to be and was not accepted.
    """
    with transaction.atomic():
        page = Page.objects.filter(pk=page_id).locked().first()
        if page is None:
            raise NotFound("There is no such status page.")
        require(by, "statuspage.edit_page", page)
        page.accent = _accepted(look.accent, "/accent", LIGHT, darker=True, accepts=accepts)
        page.accent_dark = _accepted(
            look.accent_dark, "/accent_dark", DARK, darker=False, accepts=accepts
        )
        for kind, content in look.marks.items():
            _set_mark(page, kind, content)
        page.updated_at = at
        page.save(update_fields=["accent", "accent_dark", "updated_at"])
        render(page, at)
        return page


def _accepted(
    colour: str, pointer: str, grounds: tuple[str, ...], *, darker: bool, accepts: bool
) -> str:
    wanted = colour.strip().lower()
    if not wanted:
        return ""
    if not is_colour(wanted):
        raise Invalid.field(pointer, "Write a colour as #1f3f80.")
    found = readable(wanted, grounds, darker=darker)
    if found != wanted and not accepts:
        raise Unreadable.field(
            pointer,
            f"{wanted} can't be read on every part of the page; {found} can. Accept it, or choose another.",
        )
    return found


def _set_mark(page: Page, kind: str, content: bytes | None) -> None:
    if kind not in Mark.Kind.values:
        raise Invalid.field(
            "/marks", f"A picture is {', '.join(Mark.Kind.values)}; not {kind[:20]!r}."
        )
    if content is None:
        Mark.objects.filter(page=page, kind=kind).delete()
        return
    try:
        found = measured(content)
    except NoMark as error:
        raise Invalid.field(f"/{kind}", str(error)) from error
    Mark.objects.update_or_create(
        page=page,
        kind=kind,
        defaults={
            "content": content,
            "content_type": found.content_type,
            "etag": sha256(content).hexdigest(),
            "width": found.width,
            "height": found.height,
        },
    )
