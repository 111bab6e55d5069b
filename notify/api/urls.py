"""Addresses of the REST API of notify."""

from django.urls import URLPattern, path

from notify.api import v1

urlpatterns: list[URLPattern] = [
    path("deliveries/", v1.Deliveries.as_view(), name="api-deliveries"),
    path("deliveries/<pk>/", v1.OneDelivery.as_view(), name="api-delivery"),
]
