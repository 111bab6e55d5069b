"""Sources: who sends, by which keys, and what of it was refused."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import ForeignKey, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest

from core import clock
from core.actor import Actor
from core.admin.adding import AddsByAction
from core.admin.buttons import Button
from core.admin.fields import Picker, suggest
from core.admin.panel import Panel, When, moment
from core.admin.rights import allows, manages, who
from core.models import User
from incidents.actions import catalog
from incidents.admin.snippets import snippet
from incidents.models import Rejection, Service, Source, SourceKey
from incidents.parsers import FORMATS

LATELY = timedelta(hours=1)


class SourceForm(forms.Form):
    """A new source."""

    name = forms.CharField(
        max_length=120, help_text="As people will read it, for example Prometheus Berlin."
    )
    format = forms.ChoiceField(choices=[(form.name, form.label) for form in FORMATS.values()])
    service = Picker(Service.objects.none())

    def __init__(
        self, *args: Any, services: QuerySet[Service], reader: User | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["service"]
        if isinstance(field, Picker):
            field.queryset = services
        suggest(self, reader)


@admin.register(Source)
class SourceAdmin(AddsByAction[Source]):
    """Managers of the service's team edit a source and change its keys."""

    view_verb = "incidents.view"
    edit_verb = "incidents.edit_source"
    add_label = "Add a source"
    last_event, off_since = When("last_event_at", "last event"), When("disabled_at", "switched off")
    made = When("created_at", "made")
    list_display = ("name", "format", "service", "last_event", "off_since")
    list_select_related = ("service",)
    list_filter = ("format", "service")
    search_fields = ("name",)
    fields = (
        "name",
        "format",
        "service",
        "service_label",
        "hold_down_s",
        "last_event",
        "off_since",
        "made",
    )
    readonly_fields = ("format", "last_event", "off_since", "made")

    def add_form(self, request: HttpRequest) -> Callable[..., forms.Form]:
        """Offer the services whose teams the person manages."""
        services = Service.objects.filter(team__in=manages(request))
        return partial(SourceForm, services=services, reader=who(request).user)

    def add(self, *, by: Actor, at: datetime, **cleaned: Any) -> tuple[Source, str]:
        """Make the source with its first key, and show that this once."""
        source, key = catalog.make_source(
            cleaned["name"], form=cleaned["format"], service=cleaned["service"], by=by, at=at
        )
        return source, _shown_once(source, key)

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        """Offer the services whose teams the person manages."""
        if db_field.name == "service":
            kwargs["queryset"] = Service.objects.filter(team__in=manages(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def buttons(self, request: HttpRequest, obj: Source) -> Sequence[Button]:
        """Offer keys and the switch to those who may."""
        may_key = allows(request, "incidents.rotate_key", obj)
        may_edit = allows(request, self.edit_verb, obj)
        is_on = obj.disabled_at is None
        off = f"While it is off, whatever {obj.name} sends is refused (410) and pages nobody."
        switch = partial(_switch, obj.pk)
        return [
            Button("new_key", "New key", partial(_new_key, obj), shown=may_key),
            Button(
                "switch_off",
                "Switch off",
                partial(switch, on=False),
                shown=may_edit and is_on,
                confirm=off,
            ),
            Button(
                "switch_on", "Switch on", partial(switch, on=True), shown=may_edit and not is_on
            ),
            *_revokers(obj, may=may_key).values(),
        ]

    def panels(self, request: HttpRequest, obj: Source) -> Sequence[Panel]:
        """Show the keys, what was refused lately, and what to paste."""
        return [
            _keys(obj, may=allows(request, "incidents.rotate_key", obj)),
            _rejections(obj),
            _paste(obj),
        ]


def _new_key(source: Source, *, by: Actor, at: datetime) -> str:
    return _shown_once(source, catalog.new_key(source.pk, by=by, at=at))


def _shown_once(source: Source, key: str) -> str:
    url = catalog.ingest_url(source, key)
    if source.format == "pagerduty":
        return f"New routing key, shown only now: {key} (for {url})"
    return f"New address, shown only now: {url}"


def _switch(source_id: int, *, on: bool, by: Actor, at: datetime) -> str:
    source = catalog.switch_source(source_id, on=on, by=by, at=at)
    return f"{source.name} is switched {'on' if on else 'off'}."


def _revoke(key: SourceKey, *, by: Actor, at: datetime) -> str:
    catalog.revoke_key(key.pk, by=by, at=at)
    return f"The key {key.prefix}… is revoked."


def _revokers(source: Source, *, may: bool) -> dict[int, Button]:
    """Return the button of each live key, by the key's id."""
    return {key.pk: _revoker(key, may=may) for key in source.keys.filter(revoked_at=None)}


def _revoker(key: SourceKey, *, may: bool) -> Button:
    used = (
        f"It was last used at {key.last_used_at:%d %b %Y %H:%M:%S} UTC."
        if key.last_used_at
        else "It was never used."
    )
    confirm = (
        f"{used} Whoever sends with {key.prefix}… is refused from then on. It can't be taken back."
    )
    act = partial(_revoke, key)
    return Button(f"revoke-{key.pk}", "Revoke", act, shown=may, confirm=confirm, in_panel=True)


def _keys(source: Source, *, may: bool) -> Panel:
    revokers = _revokers(source, may=may)
    keys = list(source.keys.all())
    rows = [
        (
            f"{key.prefix}…", moment(key.created_at), moment(key.last_used_at), moment(key.revoked_at),
            revokers[key.pk] if may and key.pk in revokers else "",
        )
        for key in keys
    ]  # fmt: skip
    live = sum(key.revoked_at is None for key in keys)
    sentence = f"{live} of at most 2 keys live. To rotate: make the new one, change the sender, revoke the old one."
    columns = ("Begins with", "Made (UTC)", "Last used (UTC)", "Revoked (UTC)", "")
    return Panel("Keys", sentence, columns, rows, "No key: nothing can be sent.")


def _rejections(source: Source) -> Panel:
    lately = Rejection.objects.filter(source=source, received_at__gte=clock.now() - LATELY)
    count, last = lately.count(), lately.order_by("-pk").first()
    if last is None:
        return Panel("Refused", "No request was refused in the last hour.")
    more = " (the latest 100 are kept)" if count >= 100 else ""
    sentence = f"{count} request{'s were' if count > 1 else ' was'} refused in the last hour{more}."
    cells = (moment(last.received_at), last.status, last.code, last.detail)
    columns = ("Last (UTC)", "Status", "Code", "What was wrong")
    return Panel("Refused", sentence, columns, [cells])


def _paste(source: Source) -> Panel:
    sentence = "Put the key in the place of KEY; it was shown when it was made, and is not stored."
    return Panel("To paste", sentence, pre=snippet(source))
