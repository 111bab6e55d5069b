"""What every admin screen of the house has: rights from `may`, state read-only, buttons that POST."""

import re
from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar, TypeVar

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Model, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from core import clock
from core.admin import suggested
from core.admin.buttons import Button, Refusal, asks_again, is_forbidden, status_of, words
from core.admin.fields import HouseFields
from core.admin.fresh import fresh
from core.admin.latest import LatestRows
from core.admin.named_rows import NamedRows
from core.admin.panel import NOTHING, Panel, opts_of
from core.admin.pickers import is_named
from core.admin.reading import reading
from core.admin.rights import allows, manages_some, who
from core.admin.search import LONGEST
from core.models import User
from core.templatetags.house import list_title

LONGEST_ID = 255
MOST_WORDS = 6  # of a search: each is looked for in every column that is searched
SEARCHED = 100_000  # rows of a large table

M = TypeVar("M", bound=Model)
Deleted = tuple[list[Any], dict[str, int], set[str], list[Any]]


class GuardedAdmin(HouseFields[M], ModelAdmin[M]):
    """A screen whose rights come from the one table. `edit_verb` "" means that nobody edits here.

    `logs`: a pressed button leaves a line in the object's history; incidents have their timeline.
    """

    view_verb: ClassVar[str] = "core.view"
    edit_verb: ClassVar[str] = ""
    logs: ClassVar[bool] = True
    actions: Sequence[Any] | None = None
    empty_value_display = NOTHING
    change_form_template = "admin/core/screen.html"
    change_list_template = "admin/core/list.html"

    def buttons(self, request: HttpRequest, obj: M) -> Sequence[Button]:
        """Return every button that this object may ever have, each saying whether it is shown now."""
        return ()

    def panels(self, request: HttpRequest, obj: M) -> Sequence[Panel]:
        """Return what stands below the fields."""
        return ()

    def headline(self, request: HttpRequest) -> str:
        """Return the sentence above the list; a link in it is a SafeString."""
        return ""

    def sentence(self, request: HttpRequest, obj: M) -> str:
        """Return the sentence that opens an object's page: what it is about now."""
        return ""

    def why_kept(self, obj: M) -> Sequence[str]:
        """Return why this row can't be deleted, beyond what the database itself protects."""
        return ()

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the app to those who may view it."""
        return isinstance(request.user, User) and self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Ask the table."""
        return allows(request, self.view_verb, obj)

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Ask the table; without an edit verb the answer is no."""
        return allows(request, self.edit_verb, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who may change some may add some; the save asks again for the object."""
        return allows(request, self.edit_verb) or manages_some(request, self.edit_verb)

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Deleting follows changing."""
        return self.has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: M, form: Any, change: bool) -> None:
        """Save after asking for the object as it will be: nobody gives a thing to a team not theirs."""
        if not allows(request, self.edit_verb, obj):
            raise PermissionDenied
        super().save_model(request, obj, form, change)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> M | None:
        """Read the row; lock it first where it is about to be written. None for what names no row."""
        if "\0" in object_id or len(object_id) > LONGEST_ID:
            return None
        if connection.in_atomic_block and request.method == "POST" and object_id.isdecimal():
            rows = opts_of(self.model).base_manager.select_for_update(no_key=True)
            rows.filter(pk=int(object_id)).first()
        return super().get_object(request, object_id, from_field or None)

    def get_form(
        self, request: HttpRequest, obj: M | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Return the form, with the check for stale pages where a row is edited."""
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is None or not change or not self.has_change_permission(request, obj):
            return form
        return fresh(form, partial(reading, self, request))

    def editable_names(self, request: HttpRequest, obj: M) -> list[str]:
        """Return the names of the fields that a person can edit here."""
        hidden = {*self.get_readonly_fields(request, obj), "password"}
        return [
            name
            for name in flatten_fieldsets(self.get_fieldsets(request, obj))
            if name not in hidden
        ]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Deleted:
        """Return what goes with these rows, and every reason why they must stay."""
        gone, counts, lacking, protected = super().get_deleted_objects(objs, request)
        kept = [text for obj in objs for text in self.why_kept(obj)]
        stays = [*protected, *kept]
        return gone, counts, set() if stays else lacking, stays

    def get_urls(self) -> list[URLPattern]:
        """Add one POST address per button."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_press"
        view = self.admin_site.admin_view(self.press)
        return [path("<path:object_id>/press/<slug:button>/", view, name=name), *super().get_urls()]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None,
    ) -> Any:  # fmt: skip
        """Answer what is being typed with suggestions; anything else as the admin does."""
        if not suggested.is_asked(request):
            return super().changeform_view(request, object_id, form_url, extra_context)
        obj = self.get_object(request, unquote(object_id)) if object_id else None
        if not (
            self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        ):
            raise PermissionDenied
        fields = dict(self.get_form(request, obj, change=obj is not None).base_fields)
        for inline in self.get_inline_instances(request, obj):
            rows = inline.get_formset(request, obj)
            place = f"{rows.get_default_prefix()}-{suggested.ROW}"
            fields |= {f"{place}-{name}": one for name, one in rows.form.base_fields.items()}
        return suggested.answer(request, fields)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Add buttons and panels to the page of an existing object."""
        forms = [
            context["adminform"].form,
            *(one.formset.form for one in context["inline_admin_formsets"]),
        ]
        context["picks"] = suggested.has_picks(
            one for form in forms for one in form.base_fields.values()
        )
        obj = context.get("original")
        if obj is not None and not context.get("errors"):
            context["title"], context["subtitle"] = str(obj), None
            shown = [button for button in self.buttons(request, obj) if button.shown]
            context["buttons"] = [button for button in shown if not button.in_panel]
            context["panels"] = self.panels(request, obj)
            context["headline"] = self.sentence(request, obj)
            context["press_url"] = f"admin:{self.opts.app_label}_{self.opts.model_name}_press"
        return super().render_change_form(request, context, *args, **kwargs)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Add the sentence above the list; what no database can be asked for goes to the whole list."""
        if not _is_askable(request.GET):
            return HttpResponseRedirect(f"{request.path}?{ERROR_FLAG}=1")
        headline = self.headline(request) if self.has_view_permission(request) else ""
        context = {"headline": headline, "title": list_title(self.opts), **(extra_context or {})}
        return super().changelist_view(request, context)

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Return the filters; one by a row of many offers a few and takes a name."""
        return [self._filter(one) for one in super().get_list_filter(request)]

    def _filter(self, one: Any) -> Any:
        is_row = isinstance(one, str) and is_named(self.opts.get_field(one).related_model)
        return (one, NamedRows) if is_row else one

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        """Search for the first MOST_WORDS words of the first LONGEST characters: no term makes a slow statement."""
        words = search_term[:LONGEST].split()[:MOST_WORDS]
        return super().get_search_results(request, queryset, " ".join(words))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Let a list be asked only for what it offers as a filter: any other column may be private."""
        listed = [
            one[0] if isinstance(one, tuple) else one for one in self.get_list_filter(request)
        ]
        names = {getattr(one, "parameter_name", one) for one in listed}
        is_offered = lookup.partition("__")[0] in names
        return is_offered and super().lookup_allowed(lookup, value, request)

    def page_of(self, obj: M) -> str:
        """Return the address of an object's page."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])

    def press(self, request: HttpRequest, object_id: str, button: str) -> HttpResponse:
        """Call the one action behind a button and come back with its answer or its refusal."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None or not self.has_view_permission(request, obj):
            raise PermissionDenied
        found = {known.name: known for known in self.buttons(request, obj)}.get(button)
        if found is None:
            raise PermissionDenied
        if request.method != "POST":
            text = "Nothing was done. Go back and press the button there."
            return self.ask(request, obj, found, None, problem=text, status=405)
        form = found.bound(request.POST)
        if form is not None and suggested.is_asked(request):
            return suggested.answer(request, form.fields)
        if found.confirm and "confirmed" not in request.POST:
            typed = form if form is not None and form.has_changed() else found.fields
            return self.ask(request, obj, found, typed)
        if form is not None and not form.is_valid():
            return self.ask(request, obj, found, form, status=422)
        return self._act(request, obj, found, form)

    def _act(self, request: HttpRequest, obj: M, button: Button, form: Form | None) -> HttpResponse:
        try:
            said = button.press(form, by=who(request), at=clock.now())
        except Refusal as refusal:
            if is_forbidden(refusal) or asks_again(refusal, form):
                again = None if is_forbidden(refusal) else form
                return self.ask(
                    request, obj, button, again, problem=words(refusal), status=status_of(refusal)
                )
            messages.error(request, words(refusal))
        else:
            messages.success(request, said)
            if self.logs:
                self.log_change(request, obj, button.label)
        return HttpResponseRedirect(self.page_of(obj))

    def ask(
        self, request: HttpRequest, obj: M | None, button: Button, form: Form | None,
        *, problem: str = "", status: int = 200,
    ) -> HttpResponse:  # fmt: skip
        """Return the page that asks for more, for a confirmation, or says why not."""
        context = {
            **self.admin_site.each_context(request),
            "title": f"{button.label}: {obj}" if obj is not None else button.label,
            "opts": self.opts,
            "original": obj,
            "back": self.page_of(obj) if obj is not None else "",
            "button": button,
            "form": form,
            "picks": form is not None and suggested.has_picks(form.fields.values()),
            "problem": problem,
            "may_go_on": status not in (403, 405),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/core/ask.html", context, status=status)


def _is_askable(parameters: QueryDict) -> bool:
    """Whether a list's filters hold no NUL, which PostgreSQL refuses, and no year that dates lack."""
    given = [(name, value) for name, values in parameters.lists() for value in values]
    return not any("\0" in value for _, value in given) and all(
        re.fullmatch("[1-9][0-9]{0,3}", value) for name, value in given if name.endswith("__year")
    )


class ReadOnlyAdmin(GuardedAdmin[M]):
    """A screen to look at: nobody adds, changes or deletes here.

    Its rows, which may be many, are never all counted, and only the newest are searched.
    """

    paginator = LatestRows
    show_full_result_count = False
    searched = SEARCHED

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        """Search the newest rows, `searched` of them."""
        if search_term.strip() and self.get_search_fields(request):
            rows = opts_of(self.model).base_manager.order_by("-pk")
            newest = rows.values_list("pk", flat=True).first() or 0
            queryset = queryset.filter(pk__gt=newest - self.searched)
        return super().get_search_results(request, queryset, search_term)

    def get_readonly_fields(self, request: HttpRequest, obj: M | None = None) -> Any:
        """Return what the class lists."""
        return self.readonly_fields
