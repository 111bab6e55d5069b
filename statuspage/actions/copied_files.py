"""Files beside an installation that outlive its database: written whole or not at all, read where they can be read."""

import logging
import os
import tempfile
from pathlib import Path
from typing import TypeVar

import msgspec
from django.conf import settings

logger = logging.getLogger(__name__)
DIRECTORY = "directory.snapshot"
T = TypeVar("T")


def place() -> Path:
    """Return the folder of the copies."""
    folder: Path = settings.STATUSPAGE_SNAPSHOT_DIR
    return folder


def write(name: str, value: object) -> None:
    """Leave a copy under a name, perhaps with a folder in it; a disk that takes none is told in the log."""
    try:
        write_file(place() / name, msgspec.msgpack.encode(value))
    except OSError:
        logger.exception("the copy of the status page could not be written: %s", name)


def read(name: str, kind: type[T]) -> T:
    """Return a copy; raises OSError or msgspec's DecodeError where there is none that can be read."""
    return msgspec.msgpack.decode((place() / name).read_bytes(), type=kind)


def write_file(path: Path, content: bytes, *, is_public: bool = False) -> None:
    """Put a file in place in one step, for everybody to read where it `is_public`; raises OSError."""
    path.parent.mkdir(mode=0o755 if is_public else 0o700, parents=True, exist_ok=True)
    descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:60]}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        if is_public:
            Path(part).chmod(0o644)
        Path(part).replace(path)
    except OSError:
        Path(part).unlink(missing_ok=True)
        raise
