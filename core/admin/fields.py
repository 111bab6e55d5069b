"""How columns become fields on every screen: people by their names, plain choices, https unless said."""

from typing import Any, TypeVar

from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import Field, ForeignKey, ManyToManyField, Model, TextField, URLField
from django.forms import ModelChoiceField, ModelMultipleChoiceField
from django.http import HttpRequest

from core.admin.rights import manages
from core.models import Team, User

LONGEST_TEXT = 20_000

M = TypeVar("M", bound=Model)


class PersonField(ModelChoiceField[User]):
    """Choose one person by name."""

    def label_from_instance(self, obj: User) -> str:
        """Return the name."""
        return obj.display_name


class PeopleField(ModelMultipleChoiceField[User]):
    """Choose people by name."""

    def label_from_instance(self, obj: User) -> str:
        """Return the name."""
        return obj.display_name


class HouseFields(BaseModelAdmin[M]):
    """Shared by screens and inlines."""

    formfield_overrides = {URLField: {"assume_scheme": "https"}}

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        """Offer only the teams whose things the person may edit; show people by name."""
        if db_field.related_model is Team:
            kwargs.setdefault("queryset", manages(request))
        if db_field.related_model is User:
            kwargs["form_class"] = PersonField
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Show people by name."""
        if db_field.related_model is User:
            kwargs["form_class"] = PeopleField
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: Any, **kwargs: Any) -> Any:
        """Bound every text; leave out the stock icons that add, edit and delete the chosen row from here."""
        if isinstance(db_field, TextField) and db_field.max_length is None:
            kwargs.setdefault("max_length", LONGEST_TEXT)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field
