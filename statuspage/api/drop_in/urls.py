"""Addresses of Statuspage's write API, below `/v1/`; ids are ours, of the same form as theirs."""

from django.urls import URLPattern, path, re_path

from statuspage.api.drop_in import components, groups, incidents, pages
from statuspage.api.drop_in.doors import Nothing

PAGE = "pages/<str:page_id>"

urlpatterns: list[URLPattern] = [
    path("pages.json", pages.Pages.as_view(), name="v1-pages"),
    path(f"{PAGE}.json", pages.OnePage.as_view(), name="v1-page"),
    path(f"{PAGE}/components.json", components.Components.as_view(), name="v1-components"),
    path(
        f"{PAGE}/components/<str:public_id>.json",
        components.OneComponent.as_view(),
        name="v1-component",
    ),
    path(f"{PAGE}/component-groups.json", groups.Groups.as_view(), name="v1-groups"),
    path(
        f"{PAGE}/component-groups/<str:public_id>.json", groups.OneGroup.as_view(), name="v1-group"
    ),
    path(f"{PAGE}/incidents.json", incidents.Incidents.as_view(), name="v1-incidents"),
    re_path(
        r"^pages/(?P<page_id>[^/]+)/incidents/(?P<choice>unresolved|scheduled|upcoming|active_maintenance)\.json$",
        incidents.Chosen.as_view(),
        name="v1-incidents-chosen",
    ),
    path(
        f"{PAGE}/incidents/<str:public_id>.json",
        incidents.OneIncident.as_view(),
        name="v1-incident",
    ),
    re_path(r"", Nothing.as_view(), name="v1-nothing"),
]
