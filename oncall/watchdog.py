"""Who watches the pager: its own process, its own connection, its own way out (reliability 6.5).

It uses neither the queue nor the outbox. What is red for a minute is sent straight to the
Administrators by mail or webhook, at most every ten minutes.
"""

import logging
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import Error as DatabaseAway
from django.db import connection

from core import clock, people
from core.actions import beat
from core.secrets import decrypt
from notify.channels import ChannelError, Message, channel
from notify.models import KEPT
from oncall.actions import why_not_well
from oncall.models import ContactMethod

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 15.0
STUCK_S = 30.0  # a look that takes longer hangs on a database that neither answers nor refuses
RED_FOR = timedelta(seconds=60)
TELL_EVERY = timedelta(minutes=10)
DATABASE_AWAY = (
    "The database does not answer. Nothing is accepted and nobody is paged until it does."
)

BLIND = "The watchdog could not finish its look; its log says why."


@dataclass(frozen=True, slots=True)
class Address:
    """Where an Administrator can be reached without the database; the secret as it is stored."""

    channel: str
    address: str
    secret: str


@dataclass(slots=True)
class Watchdog:
    """Looks, remembers since when it is red, and tells. `look` is one round; `run` repeats it."""

    stopping: threading.Event = field(default_factory=threading.Event)
    addresses: list[Address] = field(default_factory=list)
    red_since: datetime | None = None
    told_at: datetime | None = None
    looked_at: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        """Look every 15 s until `stopping` is set."""
        threading.Thread(target=self._guard, daemon=True, name="guard").start()
        while not self.stopping.is_set():
            self.look()
            self.looked_at = time.monotonic()
            self.stopping.wait(LOOK_EVERY_S)

    def _guard(self) -> None:
        """Judge in place of a look that hangs: no setting ends every wait for a frozen server (reliability F8)."""
        while not self.stopping.wait(LOOK_EVERY_S):
            self.judge_if_stuck()

    def judge_if_stuck(self) -> None:
        """Treat a look that does not come back as a database that does not answer."""
        if time.monotonic() - self.looked_at > STUCK_S + LOOK_EVERY_S:
            self._judge([DATABASE_AWAY], clock.without_database())

    def look(self) -> list[str]:
        """Look once: record what is red, tell the Administrators what has been for a minute."""
        try:
            at = clock.now()
            red = why_not_well(at)
            self.addresses = administrators() or self.addresses
            beat("watchdog", at=at, detail={"red": red})
        except DatabaseAway:
            connection.close()
            at, red = clock.without_database(), [DATABASE_AWAY]
        except Exception:  # a watchdog that falls over must be heard all the same
            logger.exception("the watchdog could not look")
            at, red = clock.without_database(), [BLIND]
        self._judge(red, at)
        return red

    def _judge(self, red: list[str], at: datetime) -> None:
        if not red:
            self.red_since = self.told_at = None
            return
        self.red_since = self.red_since or at
        is_old = at - self.red_since >= RED_FOR
        is_time = self.told_at is None or at - self.told_at >= TELL_EVERY
        if is_old and is_time:
            self.told_at = at if self.tell(red, at) else None

    def tell(self, red: list[str], at: datetime) -> int:
        """Send the findings straight to every Administrator's addresses; return how many took them."""
        logger.critical("the pager is not well: %s", " ".join(red))
        lines = [f"- {text}" for text in red]
        text = "\n".join(
            ["Watchbill's watchdog found:", "", *lines, "", f"Open {settings.STAFF_URL}/admin/", ""]
        )
        message = Message(
            kind="watchdog",
            subject="Watchbill: the pager is not well",
            text=text,
            id=f"watchdog-{uuid.uuid4().hex}",
            event_type="pager.unwell",
            payload={"red": red},
            sent_at=at,
        )
        return sum(_send(address, message) for address in self.addresses)


def administrators() -> list[Address]:
    """Return the verified addresses of every active Administrator."""
    rows = ContactMethod.objects.usable().filter(responder__user__in=people.administrators())
    return [Address(row.channel, row.address, row.secret) for row in rows]


def _send(address: Address, message: Message) -> bool:
    try:
        receipt = channel(address.channel).send(message, address.address, decrypt(address.secret))
    except (ChannelError, ValueError) as error:
        logger.critical(
            "the watchdog could not reach an Administrator by %s: %s", address.channel, error
        )
        return False
    except Exception:  # one broken way must not keep the others from being tried
        logger.exception("the watchdog's channel %s is broken", address.channel)
        return False
    if receipt.detail == KEPT:
        logger.critical("the watchdog could not reach an Administrator by mail: no mail server")
        return False
    return True
