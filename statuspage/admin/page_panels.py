"""What stands beside the form of a status page: its look, who reads it, and where its copies are."""

from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from core.admin.panel import NOTHING, Panel, moment
from core.admin.rights import allows
from core.templatetags.house import plural
from statuspage.actions.places import place_of
from statuspage.models import Page

_Audience = Page.Audience
_LINK = {
    True: "Whoever has the secret link reads the page. The link can't be shown again; a new one ends it.",
    False: "Nobody can read the page yet: press “Make a new secret link”.",
}


def panels_of(request: HttpRequest, page: Page) -> Iterator[Panel]:
    """Give the panels that this person may see."""
    may = allows(request, "statuspage.edit_page", page)
    if may:
        yield look(page)
    if not page.is_public:
        yield readers(page, is_manager=may)
    yield from copies(page)


def look(page: Page) -> Panel:
    """Lead to the look."""
    url = reverse("admin:statuspage_look", args=[page.pk])
    said = f"Colour {page.accent}." if page.accent else "The usual colour."
    count = page.marks.count()
    pictures = "no logo or icon" if not count else f"{count} picture{'s' if count > 1 else ''}"
    return Panel(
        "Look",
        f"{said} It has {pictures}.",
        link=(url, "Colour, logo and icon"),
        empty="It is set with a preview of both themes.",
    )


def readers(page: Page, *, is_manager: bool) -> Panel:
    """Say who is let in to a page that is not for everybody, and lead to where that is changed."""
    title = "Who is let in"
    if page.audience == _Audience.NETWORK:
        return Panel(title, "", ("Network",), [(one,) for one in page.networks], "No network yet.")
    if page.audience == _Audience.LINK:
        return Panel(title, _LINK[bool(page.link_hash)])
    invited = page.readers.count()
    seen = page.readers.order_by("-seen_at").exclude(seen_at=None).first()
    url = f"{reverse('admin:statuspage_reader_changelist')}?page__id__exact={page.pk}"
    columns, rows = ("Seen last (UTC)",), [(moment(seen.seen_at),)] if seen else []
    return Panel(
        title,
        f"Everybody with an account, and {plural(invited, 'invited reader,invited readers')}.",
        columns,
        rows,
        "Nobody has come by a mailed link yet." if invited else "Invite the first ones.",
        link=(url, "Readers") if is_manager else None,
    )


def copies(page: Page) -> Iterator[Panel]:
    """Say for each static copy when it was written last, also while all is well."""
    rows = [
        (one.to, moment(one.succeeded_at), moment(one.tried_at), one.error or "Written")
        for one in page.exports.order_by("to")
    ]
    usual = settings.STATUSPAGE_EXPORT_TO
    is_usual = page.is_public and (page.is_default or bool(place_of(page).root))
    if usual and is_usual and usual not in {row[0] for row in rows}:
        rows.append(
            (usual, NOTHING, NOTHING, "not written yet; the tasks part does it each minute")
        )
    if rows:
        columns = ("Where", "Written (UTC)", "Tried (UTC)", "State")
        yield Panel("Static copies", "", columns, rows)
