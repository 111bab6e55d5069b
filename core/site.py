"""The one admin site of the house. Outside `core.admin`, whose screens register with it while they are imported."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.db.models import Model
from django.db.models.base import ModelBase


class WatchbillSite(AdminSite):
    """Django's admin under our name; everyone who may sign in sees what `may` lets them see."""

    site_header = "Watchbill"
    site_title = "Watchbill"
    index_title = "Everything"
    enable_nav_sidebar = True

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[ModelAdmin[Any]] | None = None,
        **options: Any,
    ) -> None:
        """Take screens that ask `may` by a verb, and no others: django-q2's schedule form can run any function."""
        if not hasattr(admin_class, "view_verb"):
            return
        models = (
            [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else model_or_iterable
        )
        super().register(models, admin_class, **options)
