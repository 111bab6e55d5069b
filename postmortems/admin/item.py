"""Action items: the list, one with its history, and a new one."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from core import clock
from core.actor import Actor
from core.admin import suggested
from core.admin.adding import AddsByAction
from core.admin.buttons import Button, Refusal, status_of, words
from core.admin.rights import allows, who
from core.errors import Conflict
from core.models import User
from incidents.admin.forms import KeptNumber
from incidents.models import Incident
from incidents.playbook import severity_for
from incidents.rules.numbers import number_of
from postmortems.actions import items
from postmortems.admin import bulk, forms
from postmortems.admin.item_list import Listing, in_days
from postmortems.models import ActionItem, Postmortem

FOLDER = "postmortems/admin"
_LABELS = {
    "start": "Start", "block": "Blocked", "finish": "Done", "drop": "Won't do", "reopen": "Open again",
}  # fmt: skip
_FORMS: dict[str, type[Form]] = {
    "block": forms.Why, "finish": forms.Proof, "drop": forms.Why, "reopen": forms.Why,
}  # fmt: skip
_WORDS = {
    "due_on": "due date", "owner": "owner", "state": "state", "created": "written down", "evidence": "evidence",
}  # fmt: skip


class NewItem(forms.ItemForm):
    """A new action item, and the incident that it comes from."""

    incident = KeptNumber()


@admin.register(ActionItem)
class ActionItemAdmin(AddsByAction[ActionItem]):
    """No form saves a row: every change calls one action and is kept in the history."""

    view_verb = "postmortems.view"
    logs = False
    add_label = "Add the action item"
    list_select_related = ("incident__service", "owner")
    fields = ("title", "state", "owner", "due_on")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Responders add."""
        return allows(request, items.EDIT)

    def get_urls(self) -> list[URLPattern]:
        """Add what can be done to many at once, and the saving of one."""
        wrap = self.admin_site.admin_view
        return [
            path("bulk/", wrap(self.bulk), name="postmortems_actionitem_bulk"),
            path("<int:pk>/save/", wrap(self.save), name="postmortems_actionitem_save"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list, grouped by when it is due."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        listing = Listing(request.GET, who(request), clock.now())
        context = {
            **self.admin_site.each_context(request),
            "title": "Action items",
            "listing": listing,
            "may_edit": allows(request, items.EDIT),
            "verbs": [(verb, label) for verb, (label, _) in bulk.VERBS.items()],
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, f"{FOLDER}/items.html", context)

    def bulk(self, request: HttpRequest) -> HttpResponse:
        """Ask what the chosen rows would answer, then do it to all of them or to none."""
        if request.method != "POST" or not allows(request, items.EDIT):
            raise PermissionDenied
        request.current_app = self.admin_site.name
        return bulk.answer(request, self.admin_site.each_context(request))

    def add_form(self, request: HttpRequest) -> Callable[..., Form]:
        """Return the form with the words of the incident's playbook."""
        incident = _incident(request.POST.get("incident") or request.GET.get("incident", ""))
        postmortem = Postmortem.objects.filter(incident=incident).first()
        reader = who(request).user
        start = {"incident": incident.pk, "owner": reader}
        return partial(
            NewItem,
            playbook=incident.playbook.playbook,
            factors=list(postmortem.factors.all()) if postmortem else [],
            reader=reader,
            initial=start,
        )

    def add(self, *, by: Actor, at: datetime, **cleaned: Any) -> tuple[ActionItem, str]:
        """Add it."""
        made = items.create(int(cleaned.pop("incident") or 0), cleaned, by=by, at=at)
        return made, f"{made.label} is added."

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Ask for the incident first: an action item always comes from one."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        given = request.POST.get("incident") or request.GET.get("incident", "")
        if given or request.method == "POST":
            return super().add_view(request, form_url, extra_context)
        recent = Incident.objects.filter(declared_at__isnull=False).select_related("service")
        context = {
            **self.admin_site.each_context(request),
            "title": "New action item",
            "recent": recent.order_by("-pk")[:12],
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, f"{FOLDER}/which_incident.html", context)

    def buttons(self, request: HttpRequest, obj: ActionItem) -> Sequence[Button]:
        """Return every verb."""
        possible, may_edit = items.allowed(obj.state), allows(request, items.EDIT, obj)
        return [
            Button(
                verb,
                label,
                partial(_move, obj.pk, verb),
                form=_FORMS.get(verb),
                opens=verb in _FORMS,
                shown=verb in possible and may_edit,
            )
            for verb, label in _LABELS.items()
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: object = None
    ) -> HttpResponse:
        """Show one; it is saved at its own address."""
        if not object_id.isdecimal() or len(object_id) > 18:
            raise Http404("There is no such action item.")
        if suggested.is_asked(request):
            return self._suggestions(request, _found(int(object_id)))
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        item = _found(int(object_id))
        return self._page(request, item, _form(item, None, who(request).user))

    def _suggestions(self, request: HttpRequest, item: ActionItem) -> HttpResponse:
        if not allows(request, items.EDIT, item):
            raise PermissionDenied
        return suggested.answer(request, _form(item, None, who(request).user).fields)

    def save(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Save the facts of one by the action; what was typed stays where it is refused."""
        item = _found(pk)
        if request.method != "POST" or not allows(request, items.EDIT, item):
            raise PermissionDenied
        form = _form(item, request.POST, who(request).user)
        if not form.is_valid():
            return self._page(request, item, form, status=422)
        values = dict(form.cleaned_data)
        reason, version = values.pop("reason"), values.pop("version") or 0
        try:
            items.change(
                pk, values, by=who(request), at=clock.now(), reason=reason, version=version
            )
        except Conflict as conflict:
            return self._overtaken(request, pk, conflict)
        except Refusal as refusal:
            return self._page(
                request, item, form, status=status_of(refusal), problem=words(refusal)
            )
        messages.success(request, "Saved.")
        return HttpResponseRedirect(self.page_of(item))

    def _overtaken(self, request: HttpRequest, pk: int, conflict: Conflict) -> HttpResponse:
        """Show what stands there now beside what was typed; whoever presses now has seen both."""
        item = _found(pk)
        data = request.POST.copy()
        data["version"] = str(item.version)
        form = _form(item, data, who(request).user)
        problem = " ".join([str(conflict), *forms.differences(form)])
        return self._page(request, item, form, status=status_of(conflict), problem=problem)

    def _page(
        self,
        request: HttpRequest,
        item: ActionItem,
        form: Form,
        *,
        status: int = 200,
        problem: str = "",
    ) -> HttpResponse:
        if not self.has_view_permission(request, item):
            raise PermissionDenied
        today = clock.now().date()
        context = {
            **self.admin_site.each_context(request),
            "title": str(item),
            "opts": self.opts,
            "original": item,
            "item": item,
            "code": severity_for(item.incident.playbook.playbook, item.incident.rank).code,
            "when": in_days(item.due_on, today) if item.due_on else "no date",
            "is_late": item.is_late(today),
            "form": form if allows(request, items.EDIT, item) else None,
            "problem": problem,
            "buttons": [one for one in self.buttons(request, item) if one.shown],
            "press_url": "admin:postmortems_actionitem_press",
            "moves": [
                (one, _WORDS.get(one.field, one.field)) for one in item.moves.order_by("-pk")[:200]
            ],
            "reminders": item.reminders.prefetch_related("people").order_by("-pk")[:50],
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, f"{FOLDER}/item.html", context, status=status)


def _move(pk: int, verb: str, *, by: Actor, at: datetime, **said: str) -> str:
    moved = items.move(pk, verb, by=by, at=at, **said)
    return f"{moved.label} is now: {moved.state_word}."


def _incident(number: str) -> Incident:
    rows = Incident.objects.select_related("playbook")
    found = rows.filter(pk=number_of(number) or 0).first()
    if found is None:
        raise Http404("There is no such incident.")
    return found


def _found(pk: int) -> ActionItem:
    rows = ActionItem.objects.select_related(
        "incident__service", "incident__playbook", "postmortem", "owner", "team", "factor"
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such action item.")
    return found


def _form(item: ActionItem, data: Any, reader: User | None) -> forms.ItemChange:
    start = {
        "title": item.title, "owner": item.owner, "team": item.team,
        "due_on": item.due_on, "kind": item.kind, "priority": item.priority, "measure": item.measure,
        "factor": item.factor.position if item.factor else None, "detail": item.detail, "evidence": item.evidence,
        "version": item.version,
    }  # fmt: skip
    factors = list(item.postmortem.factors.all()) if item.postmortem else []
    return forms.ItemChange(
        data,
        playbook=item.incident.playbook.playbook,
        factors=factors,
        reader=reader,
        initial=start,
    )
