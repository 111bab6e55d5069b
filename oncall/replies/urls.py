"""The address of reply links."""

from django.urls import re_path

from oncall.replies import views

urlpatterns = [re_path(r"^r/(?P<token>[^/]+)/?$", views.reply)]
