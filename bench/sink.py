"""`python -m bench.sink PORT`: an SMTP server that accepts everything and says when, one line a mail.

Each line: the monotonic second of the acceptance, and the subject. Ends when its input does.
"""

import sys
import time
from email import message_from_bytes
from email.header import decode_header, make_header
from typing import Any

from aiosmtpd.controller import Controller


class Sink:
    """Writes down what is accepted."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        """Accept a mail and print its line; the clock is read before the answer leaves."""
        at = time.monotonic()
        subject = str(make_header(decode_header(message_from_bytes(envelope.content)["Subject"])))
        print(f"{at:.4f} {' '.join(subject.split())}", flush=True)
        return "250 taken"


def main(port: int) -> None:
    """Serve until the end of standard input."""
    controller = Controller(Sink(), hostname="127.0.0.1", port=port)
    controller.start()
    sys.stdin.read()
    controller.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]))
