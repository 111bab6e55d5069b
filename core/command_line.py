"""What the management commands share: who acts there, and how a refusal looks."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError

from core.actor import Actor
from core.errors import DomainError

COMMAND_LINE = Actor("import", "command line")


def refusal(text: str) -> CommandError:
    """Return the error that Django prints as one line, with exit status 2 and without a traceback."""
    return CommandError(text, returncode=2)


@contextmanager
def refusals() -> Iterator[None]:
    """Turn a DomainError into such an error."""
    try:
        yield
    except DomainError as error:
        raise refusal(str(error)) from error
