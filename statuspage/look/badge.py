"""A state as a small picture, for a README or another page: 22 px high, a name, a shape and a word (public.md 9).

It follows the viewer's theme by itself: what is drawn is of the light, and one style text, the same in every
badge, turns it into the dark. Widths come from a table, since a picture can't ask for the viewer's type.
"""

import unicodedata
from base64 import b64encode
from hashlib import sha256

from django.utils.html import format_html
from django.utils.safestring import SafeString

from statuspage.look.shape import Group, State
from statuspage.look.states import CODES, worst
from statuspage.look.text import clean

CONTENT_TYPE = "image/svg+xml; charset=utf-8"
WORDS = {
    State.OPERATIONAL: "operational",
    State.DEGRADED: "degraded",
    State.PARTIAL: "partial outage",
    State.MAJOR: "major outage",
    State.MAINTENANCE: "maintenance",
    State.NO_DATA: "unknown",
}
LONGEST_NAME = 40

_STYLE = SafeString(
    "@media(prefers-color-scheme:dark){.r{fill:#12161c;stroke:#7d8896}.w{fill:#eef1f5}.l{fill:#313a45}"
    ".op{fill:#5cc2a3}.de{fill:#fbe08a}.pa{fill:#ea7a2a}.ma{fill:#d23a72}.mt{fill:#5b93ff}"
    ".un{stroke:#a9b4c1}.h{stroke:#12161c}.hf{fill:#12161c}}"
)
# Whoever opens a badge by itself gets its style and nothing else (CSP level 2, hash sources).
POLICY = (
    "default-src 'none'; style-src 'sha256-"
    f"{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; frame-ancestors 'none'"
)

_SHAPES = {
    "op": '<circle class="op" fill="#0b8a6f" cx="12" cy="12" r="11"/>'
    '<path class="h" fill="none" stroke="#fff" stroke-width="2.6" d="M6.8 12.4l3.6 3.6 6.8-7.4"/>',
    "de": '<path class="de" fill="#c07c08" d="M12 3L22.3 21H1.7z"/>'
    '<path class="h" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round" d="M12 9.2v5.2M12 18v.1"/>',
    "pa": '<path class="pa" fill="#b53a00" d="M12 1.4L22.6 12 12 22.6 1.4 12z"/>'
    '<path class="hf" fill="#fff" d="M12 5.6l6.4 6.4-6.4 6.4z"/>',
    "ma": '<path class="ma" fill="#84103b" d="M7.4 1h9.2L23 7.4v9.2L16.6 23H7.4L1 16.6V7.4z"/>'
    '<path class="h" fill="none" stroke="#fff" stroke-width="2.6" d="M8.2 8.2l7.6 7.6M15.8 8.2l-7.6 7.6"/>',
    "mt": '<rect class="mt" fill="#2a5cbc" x="1" y="1" width="22" height="22" rx="5"/>'
    '<path class="hf" fill="#fff" d="M18.9 8.2a4.9 4.9 0 0 1-6.6 5.6l-4.5 4.5a1.9 1.9 0 0 1-2.7-2.7l4.5-4.5'
    'a4.9 4.9 0 0 1 5.6-6.6l-2.7 2.7.7 2.6 2.6.7z"/>',
    "un": '<g class="un" fill="none" stroke="#525c69" stroke-width="2.2">'
    '<circle cx="12" cy="12" r="10.6" stroke-dasharray="3.4 2.2"/>'
    '<path stroke-linecap="round" d="M9.2 9.4a2.9 2.9 0 1 1 4.4 2.5c-1 .6-1.6 1.1-1.6 2.3M12 17.5v.1"/></g>',
}
_BADGE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="22" viewBox="0 0 {width} 22" role="img" '
    'aria-label="{name}: {word}"><title>{name}: {word}</title><style>{style}</style>'
    '<rect class="r" x=".5" y=".5" width="{inner}" height="21" rx="4.5" fill="#fff" stroke="#707b88"/>'
    '<path class="l" fill="#3b4350" d="M5 0h{left}v22H5a5 5 0 0 1-5-5V5a5 5 0 0 1 5-5z"/>'
    '<svg x="{icon}" y="4" width="14" height="14" viewBox="0 0 24 24">{shape}</svg>'
    '<g font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">'
    '<text x="9" y="15" fill="#fff" textLength="{name_width}">{name}</text>'
    '<text class="w" x="{text}" y="15" fill="#161a20" textLength="{word_width}">{word}</text></g></svg>\n'
)
# Advances of Verdana at 11 px, in hundredths of a pixel.
_ADVANCES = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,%-",
        [661, 685, 573, 685, 655, 387, 685, 696, 302, 379, 651, 302, 1070, 696, 668, 685, 685, 469, 573, 433, 696,
         651, 900, 651, 651, 578, 752, 754, 768, 848, 696, 632, 853, 827, 463, 500, 762, 612, 927, 823, 866, 663,
         866, 765, 752, 678, 805, 752, 1088, 754, 677, 754, *[699] * 10, 387, 400, 400, 1184, 500],
        strict=True,
    )
)  # fmt: skip
_OTHER, _WIDE = 780, 1100


def badge(name: str, state: State, word: str = "") -> str:
    """Give the badge of something; `word` stands in for the state's own, such as "99.93 %"."""
    name, word = _short(clean(name)), word or WORDS[state]
    name_width, word_width = _width(name), _width(word)
    left = name_width + 18
    return format_html(
        _BADGE,
        width=left + word_width + 36,
        inner=left + word_width + 35,
        left=left - 5,
        icon=left + 8,
        text=left + 27,
        name=name,
        word=word,
        name_width=name_width,
        word_width=word_width,
        shape=SafeString(_SHAPES[CODES[state]]),
        style=_STYLE,
    )


def page_badge(name: str, groups: tuple[Group, ...], *, stale: bool = False) -> str:
    """Give the badge of a whole page: the worst present state; unknown where the page is old."""
    if stale:
        return badge(name, State.NO_DATA)
    states = [each.state for group in groups for each in group.components]
    state = worst(states)
    well = (
        "all operational" if states else "no known problems"
    )  # nothing listed: nothing is known to work
    return badge(name, state, well if state is State.OPERATIONAL else "")


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}…"


def _width(text: str) -> int:
    """Return how wide a text is, in whole pixels."""
    hundredths = sum(_ADVANCES.get(letter) or _unlisted(letter) for letter in text)
    return max(round(hundredths / 100), 1)


def _unlisted(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return _WIDE if unicodedata.east_asian_width(letter) in "WF" else _OTHER
