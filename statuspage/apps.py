"""App configuration of statuspage."""

from django.apps import AppConfig


class StatuspageConfig(AppConfig):
    """The statuspage app."""

    name = "statuspage"
