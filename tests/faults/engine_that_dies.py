"""The engine, which ends like a `kill -9` at the point that FAULT_AT names. Only for tests."""

import os
import sys
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from notify import actions as notify  # noqa: E402  the apps must be loaded first
from notify.actions import sending  # noqa: E402
from oncall.engine import Engine  # noqa: E402

DEAD = 99


def dies(function: Callable[..., Any], *, first: bool) -> Callable[..., Any]:
    """Return `function`, after (or before: `first`) whose work on something the process ends."""

    def wrapped(*words: Any, **more: Any) -> Any:
        if first:
            os._exit(DEAD)
        done = function(*words, **more)
        if done != []:
            os._exit(DEAD)
        return done

    return wrapped


def before_claim() -> None:
    sending._claim_one = dies(sending._claim_one, first=True)


def in_claim() -> None:
    sending._claim_one = dies(sending._claim_one, first=False)


def after_claim() -> None:
    notify.claim = dies(notify.claim, first=False)


def after_send() -> None:
    notify.send = dies(notify.send, first=False)


def in_record() -> None:
    sending._sent = dies(sending._sent, first=False)


if __name__ == "__main__":
    points = [before_claim, in_claim, after_claim, after_send, in_record]
    {point.__name__: point for point in points}[os.environ["FAULT_AT"]]()
    Engine().run()
    sys.exit(1)
