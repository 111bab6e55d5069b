"""The console: one readable block in the log, for development and as a last resort."""

import logging
from typing import Self

from notify.channels.base import Channel, Message, Receipt, many_lines, one_line, require_valid

logger = logging.getLogger("notify.console")


class Console(Channel):
    """Writes messages to the logger `notify.console`. The log then holds the reply links: guard it."""

    kind = "console"
    label = "Log of the server"

    @classmethod
    def configured(cls) -> Self:
        """Return the channel; it has no settings."""
        return cls()

    def validate(self, address: str) -> None:
        """Raise ValueError unless `address` is a name of 1 to 200 characters on one line."""
        if not address or address != one_line(address, 200):
            raise ValueError("Write a name of at most 200 characters on one line.")

    def send(self, message: Message, address: str, secret: str) -> Receipt:
        """Write the message as one log record of several lines."""
        require_valid(self, address)
        repeat = " (possibly a repeat)" if message.possible_repeat else ""
        head = f"{message.kind} for {address}{repeat}: {one_line(message.subject, 200)}"
        body = "".join(f"\n| {line}" for line in many_lines(message.text).rstrip().split("\n"))
        logger.info("%s%s", head, body)
        return Receipt(message.id, "written to the log")
