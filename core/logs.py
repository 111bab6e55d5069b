"""Log lines: one record, one line, control characters escaped, so that no input can forge a line."""

import logging
import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class OneLine(logging.Formatter):
    """Format `LEVEL logger: text`, exceptions included, on one physical line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line; control characters become their escapes."""
        text = f"{record.levelname} {record.name}: {super().format(record)}"
        return _CONTROL.sub(lambda found: found.group().encode("unicode_escape").decode(), text)
