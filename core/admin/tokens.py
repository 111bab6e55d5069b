"""API tokens: shown once when made, revoked by a press, never read back."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core import actions
from core.actor import Actor
from core.admin.adding import AddsByAction
from core.admin.buttons import Button
from core.admin.fields import Picker, suggest
from core.admin.panel import Named, When
from core.admin.rights import allows, who
from core.models import ApiToken, User
from core.secrets import digest

OTHERS = "core.make_token_for_others"


class TokenForm(forms.Form):
    """What a new token is for."""

    name = forms.CharField(
        max_length=80, initial="token", help_text="Two of one name may live at a time."
    )
    scope = forms.ChoiceField(
        choices=ApiToken.Scope.choices, help_text="Never more than the person may do."
    )
    user = Picker(User.objects.none(), label="for")

    def __init__(
        self, *args: Any, people: QuerySet[User], asker: User | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["user"]
        if isinstance(field, Picker):
            field.queryset, field.initial = people, asker
        suggest(self, asker)


@admin.register(ApiToken)
class TokenAdmin(AddsByAction[ApiToken]):
    """Everyone has tokens; an Administrator sees and makes those of others too."""

    add_label = "Make a token"
    made, ends = When("created_at", "made"), When("expires_at", "ends")
    used, revoked = When("last_used_at", "last used"), When("revoked_at", "revoked")
    person = Named("user", "for")
    list_display = ("prefix", "name", "person", "scope", "made", "ends", "used", "revoked")
    list_select_related = ("user",)
    list_filter = ("scope",)
    search_fields = ("name", "user__username")
    fields = readonly_fields = list_display

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        """Show a person their own tokens; an Administrator all."""
        rows = super().get_queryset(request)
        return rows if allows(request, OTHERS) else rows.filter(user=who(request).user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Everyone may make a token for themselves."""
        return allows(request, self.view_verb)

    def add_form(self, request: HttpRequest) -> Callable[..., forms.Form]:
        """Offer other people to an Administrator only."""
        people, asker = User.objects.filter(is_active=True, is_staff=True), who(request).user
        if not allows(request, OTHERS):
            people = people.filter(pk=asker.pk if asker else 0)
        return partial(TokenForm, people=people, asker=asker)

    def add(self, *, by: Actor, at: datetime, **cleaned: Any) -> tuple[ApiToken, str]:
        """Make the token and show it this once."""
        plain = actions.make_token(
            cleaned["user"], scope=cleaned["scope"], name=cleaned["name"], by=by, at=at
        )
        said = f"Your new token, shown only now: {plain}"
        return ApiToken.objects.get(digest=digest(plain)), said

    def buttons(self, request: HttpRequest, obj: ApiToken) -> Sequence[Button]:
        """Offer to revoke what is live."""
        return [
            Button(
                "revoke",
                "Revoke",
                partial(actions.revoke_token, obj.pk),
                shown=obj.revoked_at is None,
                confirm=f"Whoever uses the token {obj.prefix}… is refused from then on. It can't be taken back.",
            )
        ]
