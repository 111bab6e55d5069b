"""Addresses of the public pages; which page, and what of it, is told by host and path (statuspage.views.shelf)."""

from django.urls import re_path

from statuspage.views import pages

urlpatterns = [
    re_path(
        r"^(?:$|api/v2/|incidents|components|history|maintenance\.ics$|subscribe|status/|style-|mark-)",
        pages.answer,
    ),
]
