"""How columns become fields on every screen: rows of many typed by name, plain choices, https unless said."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django import forms
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db.models import (
    Field,
    ForeignKey,
    ManyToManyField,
    Model,
    QuerySet,
    TextField,
    URLField,
)
from django.forms import ModelChoiceField
from django.http import HttpRequest

from core.admin.panel import opts_of
from core.admin.pickers import LONGEST, Picks, called, folded, is_keyed, key_in, meant, refusal
from core.admin.rights import manages
from core.models import Team, User

LONGEST_TEXT = 20_000
MOST_ROWS = 50  # that one field for several takes
SPARE = 2  # empty lines below those that are filled

M = TypeVar("M", bound=Model)


class PickInput(forms.TextInput):
    """A text with suggestions, which `picks` knows; without script a refusal names what was nearest."""

    template_name = "core/pick.html"
    picks: Picks | None = None

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the suggestions where they are drawn for the first time."""
        said = {"autocomplete": "off", "spellcheck": "false"}
        if self.picks is None:
            return {**super().get_context(name, value, {**said, **(attrs or {})}), "options": None}
        said |= {"list": self.picks.id, "placeholder": self.picks.hint, **self.attrs}
        context = super().get_context(name, value, {**said, **(attrs or {})})
        return {**context, "list": self.picks.id, "options": self.picks.draw()}


class PickLines(PickInput):
    """Several such texts, one a line, with lines to spare."""

    template_name = "core/pick_lines.html"
    use_fieldset = True

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add a line for each text, and the spare ones. The first has the field's own id."""
        context = super().get_context(name, "", attrs)
        texts = [*(value or []), *[""] * SPARE]
        first = context["widget"]["attrs"].get("id", name)
        context["lines"] = [
            {**context["widget"], "value": text or None, "attrs": {
                **context["widget"]["attrs"], "required": False,
                "id": f"{first}_{place}" if place else first, "aria-label": f"Line {place + 1}",
            }}
            for place, text in enumerate(texts)
        ]  # fmt: skip
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return the filled lines; one text is a line too."""
        given = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
        lines = [given] if isinstance(given, str | int) else given
        return [str(line) for line in lines if str(line).strip()]


class Picker(ModelChoiceField[M]):
    """One row of many by name, slug, username, address or number. `picks` are its suggestions."""

    widget = PickInput
    picks: Picks | None = None

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Bound what is typed."""
        return {**super().widget_attrs(widget), "maxlength": LONGEST}

    def suggest(self, picks: Picks) -> None:
        """Take suggestions for this page: for this field, and for those made like it."""
        widget: Any = self.widget
        self.picks = widget.picks = picks

    def read_with(self, chosen: QuerySet[Any, Any]) -> None:
        """Read the names of all rows that fields like this one hold together; `chosen` gives their ids."""
        if self.picks is not None:
            self.picks.chosen = chosen

    def prepare_value(self, value: Any) -> Any:
        """Return the text of a row or of its number; what was typed stays as it is."""
        if isinstance(value, Model):
            return called(value).text
        digits = str(value or "")
        is_number = digits.isascii() and digits.isdecimal() and len(digits) < 19
        return (self.picks.text_of(int(digits)) or value) if is_number and self.picks else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return whether another row is meant than before."""
        before, now = (folded(str(self.prepare_value(one) or "")) for one in (initial, data))
        return now not in (before, key_in(before))

    def to_python(self, value: Any) -> M | None:
        """Return the row; raise ValidationError with the nearest where a text names none, or several."""
        text = str(value or "")
        if not text.strip():
            return None
        kept: Any = self.picks.stored(text) if self.picks is not None else None
        found: M = kept or self.resolved([text])[0]
        return found

    def resolved(self, texts: Sequence[str]) -> list[M]:
        """Return the row that each text names. Raises ValidationError for the first that names none, or several."""
        if any(len(text) > LONGEST for text in texts):
            raise ValidationError(f"Write at most {LONGEST} characters for one name.")
        found = meant(self._rows(), texts)
        for text in texts:
            if len(rows := found.get(folded(text), [])) != 1:
                raise ValidationError(refusal(self._rows(), text, rows))
        return [found[folded(text)][0] for text in texts]

    def _rows(self) -> QuerySet[M]:
        every: Any = self.queryset
        rows: QuerySet[M] = every.all()
        return rows


class Pickers(Picker[M]):
    """Several rows, a name a line; commas in a line part names too. Each row counts once."""

    widget = PickLines

    def prepare_value(self, value: Any) -> Any:
        """Return the texts of rows or numbers; what was typed stays as it is."""
        one = super().prepare_value
        return [one(each) for each in value] if isinstance(value, list | tuple) else one(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return whether other rows are meant than before, in whatever order."""
        before, now = (
            {folded(str(text)) for text in self.prepare_value(list(rows or []))}
            for rows in (initial, data)
        )
        return before != now

    def clean(self, value: Any) -> Any:
        """Return the rows; raise ValidationError for a name that none has, and for a crowd."""
        opts, text = opts_of(self._rows().model), ",".join(value or ())
        names = [name for name in text[: MOST_ROWS * LONGEST].split(",") if name.strip()]
        if len(names) > MOST_ROWS or len(text) > MOST_ROWS * LONGEST:
            raise ValidationError(f"Name at most {MOST_ROWS} {opts.verbose_name_plural}.")
        if self.required and not names:
            raise ValidationError(f"Name at least one {opts.verbose_name}.")
        return list(dict.fromkeys(self.resolved(names)))


def person_picker(**kwargs: Any) -> Picker[User]:
    """Return a field for an active person."""
    return Picker(User.objects.filter(is_active=True), **kwargs)


def suggest(form: forms.BaseForm, reader: User | None, **first: Iterable[Model]) -> None:
    """Let the pickers of a form suggest rows; `first`: field name -> rows that stand before all others."""
    for name, field in form.fields.items():
        if isinstance(field, Picker) and field.queryset is not None:
            key = f"{type(form).__name__.strip('_').lower()}-{name}"
            field.suggest(Picks(key, field.queryset, reader, first=first.get(name, ())))


class HouseFields(BaseModelAdmin[M]):
    """Shared by screens and inlines."""

    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    selects: tuple[str, ...] = ()  # relations of which there are always few

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        """Let rows be typed; of teams, offer only those whose things the person may edit."""
        if db_field.related_model is Team:
            kwargs.setdefault("queryset", manages(request))
        if not self._is_typed(db_field):
            return super().formfield_for_foreignkey(db_field, request, **kwargs)
        field = super().formfield_for_foreignkey(db_field, request, form_class=Picker, **kwargs)
        self._suggest(field, db_field.name, request)
        return field

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Let rows be typed, a name a line."""
        if not self._is_typed(db_field):
            return super().formfield_for_manytomany(db_field, request, **kwargs)
        field = super().formfield_for_manytomany(db_field, request, form_class=Pickers, **kwargs)
        self._suggest(field, db_field.name, request)
        return field

    def _is_typed(self, db_field: Field[Any, Any]) -> bool:
        return is_keyed(db_field.related_model) and db_field.name not in self.selects

    def _suggest(self, field: Any, name: str, request: HttpRequest) -> None:
        if isinstance(field, Picker) and field.queryset is not None:
            reader = request.user if isinstance(request.user, User) else None
            field.suggest(Picks(f"{self.opts.model_name}-{name}", field.queryset, reader))

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: Any, **kwargs: Any) -> Any:
        """Bound every text; leave out the stock icons that add, edit and delete the chosen row from here."""
        if isinstance(db_field, TextField) and db_field.max_length is None:
            kwargs.setdefault("max_length", LONGEST_TEXT)
        if db_field.related_model is User and db_field.name == "user":
            kwargs.setdefault("label", "person")
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field
