"""Admin screens of the kernel."""

from incidents.admin import alerts, events, incident, playbooks, services, sources

__all__ = ["alerts", "events", "incident", "playbooks", "services", "sources"]
