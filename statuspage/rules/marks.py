"""Which pictures an owner may put on a page: small, still, and without anything that acts or loads (public.md 9). Pure."""

import re
import struct
from dataclasses import dataclass
from xml.etree import ElementTree as Tree

LARGEST = 20 * 1024
HIGHEST = 2048
_PNG = b"\x89PNG\r\n\x1a\n"
_SVG_SPACE = "{http://www.w3.org/2000/svg}"
_DRAWING = frozenset(
    [
        "svg",
        "g",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "text",
        "tspan",
        "title",
        "desc",
        "defs",
        "use",
        "symbol",
        "linearGradient",
        "radialGradient",
        "stop",
        "clipPath",
        "mask",
        "pattern",
    ]
)
_BOX = re.compile(
    r"\s*-?[\d.]+[\s,]+-?[\d.]+[\s,]+(?P<width>\d+(?:\.\d+)?)[\s,]+(?P<height>\d+(?:\.\d+)?)\s*"
)
_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?)")


class NoMark(ValueError):
    """Why a file can't be shown, as a sentence."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a picture is; `width` and `height` are in its own units."""

    content_type: str
    width: int
    height: int


def measured(content: bytes) -> Measured:
    """Return what a file is. Raises NoMark for all but a small PNG, or an SVG that only draws."""
    if not 0 < len(content) <= LARGEST:
        raise NoMark(f"The picture has {len(content):,} bytes; at most {LARGEST:,} are shown.")
    found = _png(content) if content.startswith(_PNG) else _svg(content)
    if not (0 < found.width <= HIGHEST and 0 < found.height <= HIGHEST):
        raise NoMark(
            f"The picture is {found.width} by {found.height}; each side is 1 to {HIGHEST}."
        )
    return found


def _png(content: bytes) -> Measured:
    if len(content) < 24 or content[12:16] != b"IHDR":
        raise NoMark("This PNG is cut off or damaged; save it again.")
    width, height = struct.unpack(">II", content[16:24])
    return Measured("image/png", width, height)


def _svg(content: bytes) -> Measured:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise NoMark("This is neither a PNG nor an SVG; save it as one of them.") from error
    if "<!" in text.replace("<!--", "") or "<?xml-stylesheet" in text:
        raise NoMark(
            "This SVG has a document type or a style sheet of its own; save it as plain SVG."
        )
    try:
        root = Tree.fromstring(text)  # noqa: S314  no document type, so no entity; 20 kB at most
    except (Tree.ParseError, ValueError) as error:
        raise NoMark("This is neither a PNG nor an SVG; save it as one of them.") from error
    if root.tag != f"{_SVG_SPACE}svg":
        raise NoMark("This is neither a PNG nor an SVG; save it as one of them.")
    for part in root.iter():
        _only_draws(part)
    box = _BOX.fullmatch(root.get("viewBox", ""))
    sides = (box["width"], box["height"]) if box else (_side(root, "width"), _side(root, "height"))
    width, height = (round(min(float(side), HIGHEST + 1)) for side in sides)
    return Measured("image/svg+xml", width, height)


def _only_draws(part: Tree.Element) -> None:
    name = part.tag.removeprefix(_SVG_SPACE)
    if name not in _DRAWING:
        raise NoMark(f"This SVG has a {name[:40]} in it; a logo may only draw.")
    for key, value in part.attrib.items():
        plain = key.rpartition("}")[2].lower()
        leads_out = plain == "href" and not value.strip().startswith("#")
        loads = "url(" in value.replace(" ", "").lower().replace("url(#", "")
        hides = plain == "style" and "\\" in value
        if plain.startswith("on") or leads_out or loads or hides:
            raise NoMark(f"This SVG has “{plain[:40]}” in it, which a logo may not have.")


def _side(root: Tree.Element, name: str) -> str:
    found = _NUMBER.match(root.get(name, ""))
    if found is None:
        raise NoMark("This SVG does not say how large it is; give it a viewBox.")
    return found[1]
