"""`manage.py engine`: the pager. Several may run."""

import signal
from typing import Any

from django.core.management.base import BaseCommand

from oncall.engine import Engine


class Command(BaseCommand):
    """Run the pager loop until TERM or INT."""

    help = "Digest events, escalate, deliver pages; until stopped. Several copies may run."

    def handle(self, *args: Any, **options: Any) -> None:
        """Tick until told to stop; a tick that has begun is finished."""
        engine = Engine()

        def stop(signum: int, frame: object) -> None:
            engine.stopping.set()
            engine.woken.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        engine.run()
