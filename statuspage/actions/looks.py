"""What is the owner's on a page: the colour in the one style sheet, and the pictures. Served with the page itself."""

from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.contrib.staticfiles import finders
from django.templatetags.static import static

from statuspage.actions.places import Place
from statuspage.actions.resource import Rendered
from statuspage.look.shape import Logo
from statuspage.models import Mark, Page
from statuspage.rules.colours import accent_of

CSS = "text/css; charset=utf-8"
HEIGHT = 32  # of a logo on the page
_STYLE, _ICON = "statuspage/status.css", "core/favicon.svg"
_KINDS = {"image/png": "png", "image/svg+xml": "svg"}
_SVG = "image/svg+xml; charset=utf-8"
_SERVED = {"image/png": "image/png", "image/svg+xml": _SVG}
_WIDEST = 320


def style(page: Page) -> Rendered:
    """Return the style sheet of a page; its address changes with its content."""
    text = _file(_STYLE).decode() + _colour(page)
    mark = sha256(text.encode()).hexdigest()[:12]
    return Rendered(f"/style-{mark}.css", CSS, text.encode())


def address_of(file: str) -> str:
    """Return the address of a static file that only some pages need; it changes whenever the file does."""
    return f"{static(file)}?v={sha256(_file(file)).hexdigest()[:12]}"


def pictures(marks: Mapping[str, Mark]) -> Iterator[Rendered]:
    """Return the pictures; the usual icon where the owner has none."""
    for mark in marks.values():
        yield Rendered(address(mark), _SERVED[mark.content_type], bytes(mark.content))
    if Mark.Kind.ICON not in marks:
        yield Rendered(_usual_icon(), _SVG, _file(_ICON))


def icon(marks: Mapping[str, Mark]) -> str:
    """Return the icon's address within the page."""
    own = marks.get(Mark.Kind.ICON)
    return address(own) if own else _usual_icon()


def logo(marks: Mapping[str, Mark], place: Place) -> Logo | None:
    """Return the logo as pages show it, 32 high; None where there is none."""
    light, dark = marks.get(Mark.Kind.LOGO), marks.get(Mark.Kind.LOGO_DARK)
    if light is None:
        return None
    width = min(max(round(light.width * HEIGHT / light.height), 1), _WIDEST)
    return Logo(place.path(address(light)), width, place.path(address(dark)) if dark else "")


def address(mark: Mark) -> str:
    """Return a picture's address within the page; it changes with its content."""
    return f"/mark-{mark.etag[:12]}.{_KINDS[mark.content_type]}"


def _usual_icon() -> str:
    return f"/mark-{sha256(_file(_ICON)).hexdigest()[:12]}.svg"


@cache
def _file(name: str) -> bytes:
    found = finders.find(name)
    return Path(found).read_bytes() if found else b""


def _colour(page: Page) -> str:
    if not page.accent:
        return ""
    own = accent_of(page.accent, page.accent_dark)
    return (
        f":root{{--acc:{own.light};--onacc:{own.on_light}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{--acc:{own.dark};--onacc:{own.on_dark}}}}}\n"
        "@media (forced-colors:active){:root{--acc:LinkText;--onacc:Canvas}}\n"
    )
