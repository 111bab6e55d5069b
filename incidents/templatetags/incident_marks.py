"""Severity badges and state glyphs: shape, word and weight first, colour last (staff.md 3)."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.templatetags.house import icon

register = template.Library()


@register.simple_tag
def severity(rank: int, word: str, ended: bool = False, large: bool = False) -> SafeString:
    """Return the badge of a rank (1 to 4) with the playbook's word; read aloud as "Severity 1, SEV-1"."""
    looks = f"sev-{rank}{' ended' if ended else ''}{' large' if large else ''}"
    return format_html(
        '<span class="sev {}">{}<span class="sr">Severity {}, </span><span>{}</span></span>',
        looks, icon(f"sev-{rank}"), rank, word,
    )  # fmt: skip


@register.simple_tag
def state(value: str, word: str) -> SafeString:
    """Return the glyph of a canonical state with the playbook's word."""
    return format_html(
        '<span class="state state-{}">{}<span>{}</span></span>', value, icon(f"state-{value}"), word
    )
