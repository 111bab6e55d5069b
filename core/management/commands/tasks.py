"""`manage.py tasks`: the django-q2 cluster, with its schedule rewritten from code first."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction
from django_q.models import Schedule


class Command(BaseCommand):
    """Run the background tasks until stopped."""

    help = "Run background tasks (django-q2). Their schedule is rewritten from config/wiring.py at each start."

    def handle(self, *args: Any, **options: Any) -> None:
        """Replace every schedule row: one row with bad arguments would stop them all (reliability Q6)."""
        with transaction.atomic():
            Schedule.objects.all().delete()
            for name, (path, minutes) in settings.SCHEDULES.items():
                Schedule.objects.create(
                    name=name, func=path, schedule_type=Schedule.MINUTES, minutes=minutes
                )
        call_command("qcluster")
