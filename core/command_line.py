"""What the management commands share: who acts there, and how a refusal looks."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError

from core.actor import Actor
from core.errors import DomainError

COMMAND_LINE = Actor("import", "command line")
MOST_NAMES = 20


def refusal(text: str) -> CommandError:
    """Return the error that Django prints as one line, with exit status 2 and without a traceback."""
    return CommandError(text, returncode=2)


def unknown(kind: str, name: str, known: Iterable[str]) -> CommandError:
    """Return the refusal of a name that nothing has; it says which there are, at most twenty."""
    there = sorted(known)
    more = f" and {len(there) - MOST_NAMES} more" if len(there) > MOST_NAMES else ""
    return refusal(
        f"There is no {kind} {name}; there are: {', '.join(there[:MOST_NAMES]) or 'none'}{more}."
    )


@contextmanager
def refusals(where: str = "") -> Iterator[None]:
    """Turn a DomainError into such an error; `where`: the file that it is about."""
    try:
        yield
    except DomainError as error:
        raise refusal(f"{where}: {error}" if where else str(error)) from error
