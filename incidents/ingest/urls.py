"""Addresses of the doors for monitoring systems."""

from django.urls import re_path

from incidents.ingest import pagerduty, views

urlpatterns = [
    re_path(r"^v2/enqueue/?$", pagerduty.enqueue),
    re_path(r"^v2/change/enqueue/?$", pagerduty.change),
    re_path(r"^in/(?P<form>[a-z]+)/?$", views.by_header),
    re_path(r"^in/(?P<form>[a-z]+)/(?P<key>[^/]+)/?$", views.by_path),
]
