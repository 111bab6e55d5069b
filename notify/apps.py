"""App configuration of notify."""

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    """The notify app."""

    name = "notify"
