"""The pages before a private page: they say whose it is and nothing of its state (public.md 9)."""

from dataclasses import dataclass

from statuspage.look.frame import Head, fill, frame
from statuspage.look.shape import Site
from statuspage.look.times import Times


@dataclass(frozen=True)
class SignIn:
    """The form. `account`: where people with an account sign in, "" for nowhere here; `is_sent`: a link may be on its way."""

    action: str
    account: str = ""
    address: str = ""
    error: str = ""
    is_sent: bool = False


def sign_in_page(site: Site, form: SignIn, *, style: str) -> str:
    """Give the way in for invited readers."""
    title = "Error: for invited readers" if form.error else "For invited readers"
    return _filled("private", site, title, {"form": form, "style": style})


def enter_page(site: Site, action: str, *, style: str) -> str:
    """Give the page of a link: one button lets in."""
    return _filled("enter", site, "Open the status page", {"action": action, "style": style})


def _filled(template: str, site: Site, title: str, facts: dict[str, object]) -> str:
    around = frame(site, Times.of(site.zone, site.as_of), Head(title), stale=False)
    return fill(template, around, facts)
