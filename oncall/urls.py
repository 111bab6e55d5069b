"""The address of calendar feeds."""

from django.urls import path

from oncall.views import feed

urlpatterns = [path("ical/<str:token>.ics", feed, name="calendar-feed")]
