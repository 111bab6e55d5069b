"""Addresses of the public page."""

from django.urls import re_path

from statuspage.views import pages

urlpatterns = [
    re_path(r"^(?:history\.(?:rss|atom))?$", pages.stored),
    re_path(r"^api/v2/", pages.stored),
    re_path(r"^incidents/(?P<public_id>[a-z0-9]{12})$", pages.incident),
    re_path(r"^components/(?P<public_id>[a-z0-9]{12})$", pages.component),
    re_path(r"^history$", pages.this_month),
    re_path(r"^history/(?P<year>2[0-9]{3})-(?P<number>[0-9]{2})$", pages.month),
    re_path(r"^(?:incidents|components|history)", pages.lost),
]
