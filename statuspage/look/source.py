"""Who reports a component that is somebody else's, and whether they can be heard."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from statuspage.look.shape import Source
from statuspage.look.text import clean, safe_url
from statuspage.look.times import Times


def source_words(source: Source | None, times: Times, *, stale: bool) -> SafeString:
    """Give the sentence under a component; empty for one of ours. A stale page can't tell whom it would reach."""
    if source is None:
        return SafeString("")
    name, url = clean(source.name), safe_url(source.url)
    who = (
        format_html('<a href="{}" rel="noopener nofollow">{}</a>', url, name)
        if url
        else format_html("{}", name)
    )
    if stale or (source.is_heard and source.silent_since is None):
        return format_html("Reported by {}.", who)
    if source.silent_since is None:
        return format_html("Reported by {}; nothing was read from their page yet.", who)
    kept = "what it said last is shown" if source.is_heard else "nothing was ever read there"
    since = times.moment(source.silent_since)
    return format_html(
        "Reported by {}, whose page can\u2019t be reached since {}; {}.", who, since, kept
    )
