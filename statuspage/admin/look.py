"""The look of a status page: colour, logo and icon, with a preview that follows the typing (public.md 9)."""

import base64
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from core import clock
from core.admin import live
from core.admin.buttons import status_of
from core.admin.rights import allows, who
from core.errors import DomainError
from statuspage.actions.owning import Look, Unreadable, set_look
from statuspage.actions.places import place_of
from statuspage.models import Mark, Page
from statuspage.rules.colours import USUAL, accent_of, contrast, is_colour
from statuspage.rules.marks import LARGEST, NoMark, measured

_TEMPLATE = "statuspage/admin/look.html"
_PARTS = {"preview": "statuspage/admin/_look.html"}
_WORDS = {
    Mark.Kind.LOGO: ("Logo", "SVG or PNG, transparent, at most 20 kB; shown 32 px high."),
    Mark.Kind.LOGO_DARK: ("Logo in the dark", "Without one the logo stands on a white plate."),
    Mark.Kind.ICON: ("Icon", "For the browser's tab."),
}


class LookForm(forms.Form):
    """What an owner may set; nothing else of a page's look is theirs."""

    accent = forms.CharField(
        max_length=7, required=False, label="Colour",
        help_text="Of links, buttons and focus, as #1f3f80. Empty: the usual blue.",
    )  # fmt: skip
    accent_dark = forms.CharField(
        max_length=7, required=False, label="Colour in the dark",
        help_text="Empty: made from the colour, as light as it must be.",
    )  # fmt: skip
    accepts = forms.BooleanField(
        required=False, label="Take the nearest colour that can be read where mine can't"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, (label, help_text) in _WORDS.items():
            self.fields[kind] = forms.FileField(
                required=False, label=label, help_text=help_text,
                widget=forms.FileInput(attrs={"accept": "image/svg+xml,image/png"}),
            )  # fmt: skip
            self.fields[f"no_{kind}"] = forms.BooleanField(required=False, label="Take it away")

    def look(self) -> Look:
        """Return what was typed and sent; too large a file is read no further than it takes to say so."""
        marks: dict[str, bytes | None] = {}
        for kind in _WORDS:
            sent = self.files.get(kind)
            if sent is not None:
                marks[kind] = sent.read(LARGEST + 1)
            elif self.data.get(f"no_{kind}"):
                marks[kind] = None
        told = self.data
        return Look(told.get("accent", "")[:7], told.get("accent_dark", "")[:7], marks)


@dataclass(frozen=True, slots=True)
class Sample:
    """One theme of the preview. `wanted` and `taken` differ where the colour had to move; `room`: of the logo, in px."""

    name: str
    ground: str
    ink: str
    wanted: str
    taken: str
    over: str
    ratio: str
    logo: str
    room: int
    has_plate: bool

    @property
    def plate(self) -> int:
        """Return how wide the white ground of a logo is."""
        return self.room + 8

    @property
    def name_at(self) -> int:
        """Return where the name begins."""
        return self.room + 30 if self.logo else 18


def look_page(request: HttpRequest, number: int) -> HttpResponse:
    """Show the look and its preview; a POST saves it, or for a part shows the preview alone."""
    page = Page.objects.filter(pk=number).first() if number < 2**63 else None
    if page is None:
        raise Http404
    if not allows(request, "statuspage.edit_page", page):
        raise PermissionDenied
    if request.method != "POST":
        form = LookForm(initial={"accent": page.accent, "accent_dark": page.accent_dark})
        return _shown(request, page, form, Look(page.accent, page.accent_dark))
    form = LookForm(request.POST, request.FILES)
    look = form.look()
    is_whole = form.is_valid()
    if "part" in request.GET or not is_whole:
        return _shown(request, page, form, look, status=200 if is_whole else 422)
    try:
        set_look(page.pk, look, accepts="accepts" in request.POST, by=who(request), at=clock.now())
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return _shown(
            request,
            page,
            form,
            look,
            status=status_of(refusal),
            is_unreadable=isinstance(refusal, Unreadable),
        )
    messages.success(request, "The page has its look; visitors see it now.")
    return HttpResponseRedirect(request.path)


def _shown(
    request: HttpRequest,
    page: Page,
    form: LookForm,
    look: Look,
    *,
    status: int = 200,
    is_unreadable: bool = False,
) -> HttpResponse:
    marks = {mark.kind: mark for mark in page.marks.all()}
    context = {
        "title": f"Look of {page.name}",
        "page": page,
        "public_url": f"{place_of(page).site}/",
        "back": reverse("admin:statuspage_page_change", args=[page.pk]),
        "form": form,
        "files": [(form[kind], form[f"no_{kind}"], marks.get(kind)) for kind in _WORDS],
        "is_unreadable": is_unreadable,
        "samples": _samples(look, marks),
    }
    fragment = live.part(request, _PARTS, context)
    if fragment is not None:
        return fragment
    return TemplateResponse(
        request, _TEMPLATE, {**admin.site.each_context(request), **context}, status=status
    )


def _samples(look: Look, marks: dict[str, Mark]) -> list[Sample]:
    """Return the two themes as they would be; a colour that is none yet shows as the usual one."""
    light, dark = (one.strip().lower() for one in (look.accent, look.accent_dark))
    wanted = light if is_colour(light) else USUAL[0]
    wanted_dark = dark if is_colour(dark) else (wanted if is_colour(light) else USUAL[1])
    taken = accent_of(wanted, wanted_dark)
    logo, room = _picture(look, marks, Mark.Kind.LOGO)
    own_dark, own_room = _picture(look, marks, Mark.Kind.LOGO_DARK)
    return [
        Sample("Light", "#ffffff", "#161a20", wanted, taken.light, taken.on_light, _ratio(taken.light, "#ffffff"), logo, room, False),
        Sample("Dark", "#12161c", "#eef1f5", wanted_dark, taken.dark, taken.on_dark, _ratio(taken.dark, "#12161c"), own_dark or logo, own_room or room, bool(logo and not own_dark)),
    ]  # fmt: skip


def _ratio(colour: str, ground: str) -> str:
    return f"{contrast(colour, ground):.1f}"


def _picture(look: Look, marks: dict[str, Mark], kind: str) -> tuple[str, int]:
    """Return a picture as a data address and its width: the one just chosen, else the kept one; "" and 0 for none."""
    if kind in look.marks:
        content = look.marks[kind]
        try:
            found = measured(content) if content is not None else None
        except NoMark:
            return "", 0
        if not content or not found:
            return "", 0
        return _address(content, found.content_type), _room(found.width, found.height)
    mark = marks.get(kind)
    if mark is None:
        return "", 0
    return _address(bytes(mark.content), mark.content_type), _room(mark.width, mark.height)


def _room(width: int, height: int) -> int:
    """Return how wide a picture is when it is 32 px high, at most 84."""
    return min(84, round(32 * width / height))


def _address(content: bytes, content_type: str) -> str:
    return f"data:{content_type};base64,{base64.b64encode(content).decode()}"
