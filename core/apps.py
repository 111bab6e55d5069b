"""App configuration of core, and of Django's admin on our site."""

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as StockAdminConfig
from django.contrib.admin.templatetags import admin_list
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    """Core registers the system checks of the whole house, and hears of sign-ins."""

    name = "core"

    def ready(self) -> None:
        """Register checks, and hear of sign-ins."""
        autodiscover_modules("checks")
        import_module("core.sign_in.checks")
        import_module("core.sign_in.receivers")


class AdminConfig(StockAdminConfig):
    """Django's admin with our site class."""

    default_site = "core.site.WatchbillSite"

    def ready(self) -> None:
        """Find the screens; let a yes or no be a word, for which Django has a picture and no setting."""
        super().ready()
        vars(admin_list)["_boolean_icon"] = _yes_or_no


def _yes_or_no(value: bool | None) -> str:
    return "unknown" if value is None else "yes" if value else "no"
