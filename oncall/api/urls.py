"""Addresses of the REST API of oncall."""

from django.urls import URLPattern, re_path

from oncall.api import v1

urlpatterns: list[URLPattern] = [
    re_path(r"^oncall/now/?\Z", v1.OnCallNow.as_view(), name="api-oncall-now"),
]
