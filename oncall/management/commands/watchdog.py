"""`manage.py watchdog`: looks after the pager from outside it."""

import signal
from typing import Any

from django.core.management.base import BaseCommand

from oncall.watchdog import Watchdog


class Command(BaseCommand):
    """Run the watchdog until TERM or INT."""

    help = "Watch the pager and tell the Administrators directly when it is not well."

    def handle(self, *args: Any, **options: Any) -> None:
        """Look every 15 s until told to stop."""
        dog = Watchdog()

        def stop(signum: int, frame: object) -> None:
            dog.stopping.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        dog.run()
