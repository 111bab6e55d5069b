"""App configuration of oncall."""

from django.apps import AppConfig


class OncallConfig(AppConfig):
    """The oncall app."""

    name = "oncall"
