"""Stored Markdown as HTML that can do no harm (ADR 0011): no raw HTML, no image, a short list of elements."""

import nh3
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

_ELEMENTS = {
    "a", "blockquote", "br", "code", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "strong", "table",
    "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}
_TOP, _DEEPEST = 3, 6  # our pages have an h1 and h2 of their own
# No references: a long address that is named once could be meant twenty thousand times.
_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "reference"])
_MARKS, _MOST_MARKS, _MOST_CELLS = "*_[]`", 10_000, 5_000  # a third of a second each


def to_html(text: str) -> SafeString:
    """Return Markdown as HTML; headings begin at h3. What is no Markdown of ours stays text.

    So does a text with so many marks that nobody typed them: drawing it would take seconds.
    """
    if _has_too_many_marks(text):
        return format_html("<pre>{}</pre>", text)
    tokens = _PARSER.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + _TOP - 1, _DEEPEST)}"
    made = _PARSER.renderer.render(tokens, _PARSER.options, {})
    clean = nh3.clean(
        made,
        tags=_ELEMENTS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(clean)  # noqa: S308  nh3 has just made it so


def _has_too_many_marks(text: str) -> bool:
    if sum(map(text.count, _MARKS)) > _MOST_MARKS:
        return True
    pipes = [line.count("|") for line in text.splitlines() if "|" in line]
    return len(pipes) * max(pipes, default=0) > _MOST_CELLS
