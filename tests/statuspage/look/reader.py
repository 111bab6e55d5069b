"""Reads a page as a visitor's programs do: its text, headings, elements and attributes."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "link", "br", "img", "path", "use", "circle", "rect", "source"}
_HIDDEN = {"title", "style", "script"}
_HEADINGS = {f"h{level}" for level in range(1, 7)}


@dataclass
class Page(HTMLParser):
    """Fed with HTML, holds its elements in order, its headings and its visible text."""

    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    headings: list[tuple[int, str]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self._open.append(tag)
        if tag in _HEADINGS:
            self.headings.append((int(tag[1]), ""))
        if tag in {"p", "li", "tr", "td", "dd", "dt", "h1", "h2", "h3", "h4", "br"}:
            self.words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not _HIDDEN & set(self._open):
            self.words.append(data)
        if self.headings and _HEADINGS & set(self._open):
            level, text = self.headings[-1]
            self.headings[-1] = level, text + data

    @property
    def text(self) -> str:
        """The visible text in one line; a no-break space reads as a space."""
        return re.sub(r"\s+", " ", "".join(self.words)).strip()

    def attributes(self, name: str) -> list[str]:
        """Give every value of an attribute, in order."""
        return [attrs[name] for _, attrs in self.elements if name in attrs]


def read(html: str) -> Page:
    """Read a whole page or a piece of one."""
    page = Page()
    page.feed(html)
    page.close()
    return page
