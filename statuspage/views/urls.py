"""Addresses of the public pages; which page, and what of it, is told by host and path (statuspage.views.shelf)."""

import re

from django.urls import re_path

from core.middleware import PUBLIC_FILES
from statuspage.views import pages

FILES = "|".join(f"{re.escape(path[1:])}$" for path in PUBLIC_FILES)

urlpatterns = [
    re_path(
        rf"^(?:$|api/v2/|incidents|components|history|maintenance\.ics$|subscribe|enter/|status/|style-|mark-|{FILES})",
        pages.answer,
    ),
]
