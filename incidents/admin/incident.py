"""Incidents: a list, a declaration and a screen, each in its file; no form ever saves a row."""

from django.contrib import admin

from incidents.admin.declare import DeclareScreen
from incidents.admin.incident_list import ListScreen
from incidents.admin.screen import IncidentScreen
from incidents.models import Incident


@admin.register(Incident)
class IncidentAdmin(ListScreen, DeclareScreen, IncidentScreen):
    """Everything that staff do with incidents."""

    view_verb = "incidents.view"
    logs = False  # the timeline is the history
