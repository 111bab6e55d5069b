"""App configuration of core, and of Django's admin on our site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as StockAdminConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    """Core registers the system checks of the whole house."""

    name = "core"

    def ready(self) -> None:
        """Register checks."""
        autodiscover_modules("checks")


class AdminConfig(StockAdminConfig):
    """Django's admin with our site class."""

    default_site = "core.site.WatchbillSite"
