"""The form of a status page: hosts and networks as lines, checked in words."""

import ipaddress
from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core import clock
from core.errors import DomainError
from statuspage.actions.founding import claimed
from statuspage.models import Page

MOST_NETWORKS = 100


class Lines(forms.CharField):
    """A list of short texts, one a line."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        """Show a stored list as lines; what was typed as it was typed."""
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Return the lines that say something."""
        text = super().to_python(value) or ""
        return [line.strip() for line in text.splitlines() if line.strip()]


class PageForm(forms.ModelForm[Page]):
    """One page. Whoever saves it holds the lock of all pages, so that no two claim a host."""

    hosts = Lines(
        required=False, max_length=6000, label="Answers on",
        help_text="Hosts such as status.example.com, one a line; links have the first. Empty: below /status/.",
    )  # fmt: skip
    networks = Lines(
        required=False, max_length=6000, label="Networks",
        help_text="For “certain networks”: addresses such as 203.0.113.0/24, one a line.",
    )  # fmt: skip

    class Meta:
        model = Page
        fields = (
            "name", "slug", "team", "time_zone", "hosts", "audience", "networks", "is_indexed", "takes_subscribers",
            "support_url", "product_url", "shows_uptime", "uptime_rule", "shows_promises", "needs_second",
        )  # fmt: skip
        help_texts = {
            "audience": "While it is not for everybody, nobody who subscribed before is told of anything.",
        }

    def clean_hosts(self) -> list[str]:
        """Return the hosts as they are compared; refuse what another page has."""
        others = list(Page.objects.exclude(pk=self.instance.pk).locked())
        return _said(lambda: claimed(self.cleaned_data["hosts"], others))

    def clean_networks(self) -> list[str]:
        """Return the networks in their one form."""
        return list(_networks(self.cleaned_data["networks"]))

    def clean(self) -> dict[str, Any]:
        """Refuse an audience that nobody is of, and a default page that is hidden."""
        told = super().clean() or self.cleaned_data
        audience = told.get("audience")
        if self.instance.is_default and audience not in (None, Page.Audience.PUBLIC):
            self.add_error(
                "audience", "The default page is for everybody; make another one the default first."
            )
        if (
            audience == Page.Audience.NETWORK
            and not told.get("networks")
            and "networks" not in self.errors
        ):
            self.add_error("networks", "Name at least one network, or nobody can read the page.")
        if audience == Page.Audience.PUBLIC:
            self.instance.private_since = None
        elif audience and self.instance.pk and self.initial.get("audience") == Page.Audience.PUBLIC:
            self.instance.private_since = clock.now()
        return told


def _said(make: Callable[[], list[str]]) -> list[str]:
    try:
        return make()
    except DomainError as refusal:
        raise ValidationError(str(refusal)) from refusal


def _networks(lines: Iterable[str]) -> Iterable[str]:
    found = list(lines)
    if len(found) > MOST_NETWORKS:
        raise ValidationError(f"A page has at most {MOST_NETWORKS} networks.")
    for line in found:
        try:
            yield str(ipaddress.ip_network(line, strict=False))
        except ValueError as error:
            raise ValidationError(
                f"{line[:60]} is no network; write one such as 203.0.113.0/24."
            ) from error
