"""Text that strangers typed, made safe to show: names, and bodies in a small subset of Markdown.

A body knows paragraphs, line breaks, lists of lines that begin with "- ", `**bold**`,
`[words](address)` and bare http, https and mailto addresses. All else is shown as it was typed.
"""

import re
import unicodedata
from urllib.parse import urlsplit

from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

# Marks that turn the direction of what follows them, and what XML 1.0 cannot carry.
_UNFIT = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
_INLINE = re.compile(
    r"\*\*(?P<bold>[^*\n]+)\*\*"
    r"|\[(?P<words>[^\[\]\n]+)\]\((?P<target>[^\s()<>]+)\)"
    r"|(?P<bare>(?:https?://|mailto:)[^\s<>\"'`]+)"
)
_TRAILING = ".,;:!?)]}*"
_ITEM = re.compile(r"^[-*] +")
_LINK = '<a href="{}" rel="noopener nofollow">{}</a>'


def clean(text: str) -> str:
    """Give one line of text without control characters, turned text and doubled spaces."""
    return " ".join(_printable(text).split())


def safe_url(url: str) -> str:
    """Give an address that may stand in a link: http(s), mailto or a path; else the empty text."""
    if any(letter <= " " or letter == "\\" for letter in url):
        return ""
    if url.startswith("/"):
        return "" if url.startswith("//") else url
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    fit = bool(parts.netloc) if parts.scheme in ("http", "https") else parts.scheme == "mailto"
    return url if fit else ""


def link(url: str, words: str | SafeString) -> SafeString:
    """Give words that lead to a page of ours; where the address is unfit, the words alone."""
    fit = safe_url(url)
    return format_html('<a href="{}">{}</a>', fit, words) if fit else conditional_escape(words)


def body_html(text: str) -> SafeString:
    """Give a body as paragraphs and lists, safe to put into a page or a feed."""
    blocks = re.split(r"\n\s*\n", _printable(text).strip())
    return mark_safe("".join(_block(block) for block in blocks if block.strip()))  # noqa: S308 - of safe parts


def inline_html(text: str) -> SafeString:
    """Give the first paragraph of a body in one line."""
    return _inline(" ".join(re.split(r"\n\s*\n", _printable(text).strip())[0].split()))


def lines_html(text: str) -> SafeString:
    """Give a body without paragraphs: its lines, broken where it breaks them."""
    lines = [line.strip() for line in _printable(text).splitlines() if line.strip()]
    return format_html_join(mark_safe("<br>"), "{}", ((_inline(line),) for line in lines))


def _printable(text: str) -> str:
    """Leave out what is no letter, sign, space or line break."""
    text = _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(
        letter if letter == "\n" or unicodedata.category(letter) != "Cc" else " " for letter in text
    )


def _block(block: str) -> SafeString:
    lines = [line.strip() for line in block.splitlines() if line.strip()]
    if all(_ITEM.match(line) for line in lines):
        items = ((_inline(_ITEM.sub("", line)),) for line in lines)
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", items))
    return format_html("<p>{}</p>", lines_html(block))


def _inline(line: str) -> SafeString:
    parts, reached = [], 0
    for match in _INLINE.finditer(line):
        parts += [escape(line[reached : match.start()]), _marked(match)]
        reached = match.end()
    return mark_safe("".join([*parts, escape(line[reached:])]))  # noqa: S308 - of safe parts


def _marked(match: re.Match[str]) -> SafeString:
    """Give one piece of markup, or its own text where its address may not be a link."""
    if match["bold"]:
        return format_html("<strong>{}</strong>", match["bold"])
    if match["words"]:
        url = safe_url(match["target"])
        return format_html(_LINK, url, match["words"]) if url else escape(match[0])
    bare = match["bare"].rstrip(_TRAILING)
    rest = match["bare"][len(bare) :]
    if not safe_url(bare) or bare == "mailto:":
        return escape(match[0])
    return format_html(_LINK + "{}", bare, bare.removeprefix("mailto:"), rest)
