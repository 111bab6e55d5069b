"""Write the subscribers of a page out as a CSV file: whole addresses, so by a POST, and noted in the page's history."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse

from core.admin.buttons import Button
from core.admin.rights import manages, manages_some, who
from core.csv_out import attachment
from core.rights import Right
from statuspage.actions.giving_out import GIVEN, HEADER, subscriber_rows
from statuspage.models import Page, Subscriber


class Given(forms.Form):
    """Whose subscribers, and which of them."""

    page = forms.ModelChoiceField(Page.objects.none())
    states = forms.MultipleChoiceField(
        choices=[(one, one) for one in GIVEN],
        initial=[Subscriber.State.CONFIRMED.value],
        widget=forms.CheckboxSelectMultiple,
        label="who",
    )
    follows = forms.CharField(
        required=False,
        max_length=6000,
        label="told of",
        help_text="Names of components or groups, one a line. Empty: all of the page.",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, pages: QuerySet[Page], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["page"] = forms.ModelChoiceField(pages, empty_label=None)

    def clean(self) -> dict[str, Any]:
        """Turn names into public ids; a name that the page does not have is refused."""
        told = super().clean() or self.cleaned_data
        page = told.get("page")
        if page is None:
            return told
        known: dict[str, str] = {}
        for rows in (page.components.filter(retired_at=None), page.groups.all()):
            known |= {name.lower(): key for name, key in rows.values_list("name", "public_id")}
        names = [line.strip() for line in told.get("follows", "").splitlines() if line.strip()]
        for name in names:
            if name.lower() not in known:
                self.add_error("follows", f"{page.name} has no component or group “{name[:60]}”.")
        return {**told, "follows": [known[one.lower()] for one in names if one.lower() in known]}


def subscribers_out(request: HttpRequest) -> HttpResponseBase:
    """Show the form; a POST answers with the file."""
    actor = who(request)
    user = actor.user
    is_boss = user is not None and user.right >= Right.ADMINISTRATOR
    if user is None or not (is_boss or manages_some(request, "statuspage.edit_page")):
        raise PermissionDenied
    pages = Page.objects.filter(team__in=manages(request))
    form = Given(request.POST if request.method == "POST" else None, pages=pages)
    if not form.is_bound or not form.is_valid():
        context = {
            **admin.site.each_context(request),
            "title": "Write a list of subscribers",
            "original": "Subscribers",
            "back": reverse("admin:statuspage_subscriber_changelist"),
            "button": Button("write", "Write the file", _nothing),
            "form": form,
            "may_go_on": True,
        }
        return TemplateResponse(
            request, "admin/core/ask.html", context, status=422 if form.is_bound else 200
        )
    told = form.cleaned_data
    page: Page = told["page"]
    rows = subscriber_rows(page, told["states"], told["follows"], by=actor)
    LogEntry.objects.log_actions(
        user.pk, [page], CHANGE, "Wrote a list of its subscribers.", single_object=True
    )
    return attachment(f"subscribers-{page.slug}", HEADER, rows)


def _nothing(**_: Any) -> None:
    """Stand for the act of the button: the view itself answers with the file."""
