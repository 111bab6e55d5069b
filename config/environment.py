"""Readers of environment variables: each fails loudly, in one sentence that says what to do."""

import contextlib
import ipaddress
import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_YES, _NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
SHORTEST_SECRET = 32
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def text(name: str, default: str = "") -> str:
    """Return the variable's text, stripped; `default` where it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool) -> bool:
    """Return the variable as a yes or no; anything else is refused."""
    value = text(name, "1" if default else "0").lower()
    if value in _YES:
        return True
    if value in _NO:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; write 1 or 0.")


def log_level(name: str) -> str:
    """Return the variable as a level that `logging` knows; `INFO` where it is unset."""
    value = text(name, "INFO").upper()
    if value not in _LEVELS:
        raise ImproperlyConfigured(f"{name} is {value!r}; write one of {', '.join(_LEVELS)}.")
    return value


def number(name: str, default: int, *, low: int, high: int) -> int:
    """Return the variable as a whole number between `low` and `high`."""
    raw = text(name, str(default))
    try:
        value = int(raw)
    except ValueError:
        value = low - 1
    if not low <= value <= high:
        raise ImproperlyConfigured(f"{name} is {raw!r}; write a whole number from {low} to {high}.")
    return value


def url(name: str, default: str) -> str:
    """Return an http(s) origin without path or trailing slash, for example https://wb.example."""
    raw = text(name, default)
    parts = urlsplit(raw)
    try:
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        port_is_fine = False
    plain = parts.path in {"", "/"} and not (parts.query or parts.fragment or parts.username)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_fine or not plain:
        raise ImproperlyConfigured(
            f"{name} is {raw!r}; write an address such as https://watchbill.example, without a path."
        )
    return raw.rstrip("/")


def secret(name: str, file: Path) -> str:
    """Return a secret from NAME, from the file named by NAME_FILE, or from `file` (made once, 0600)."""
    if value := text(name):
        return _long_enough(value, name)
    if named := text(f"{name}_FILE"):
        return _read(Path(named), f"{name}_FILE")
    if not file.is_file():
        _write_private(file, secrets.token_urlsafe(48))
    return _read(file, "DATA_DIR")


def text_or_file(name: str) -> str:
    """Return a text from NAME, else what stands in the file named by NAME_FILE, else ""."""
    named = text(f"{name}_FILE")
    if text(name) or not named:
        return text(name)
    try:
        return Path(named).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{named} (from {name}_FILE) can't be read: {error}.") from error


def _read(path: Path, variable: str) -> str:
    try:
        value = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{path} (from {variable}) can't be read: {error}.") from error
    return _long_enough(value, f"{path} (from {variable})")


def _long_enough(value: str, where: str) -> str:
    if len(value) < SHORTEST_SECRET:
        raise ImproperlyConfigured(f"{where} holds fewer than {SHORTEST_SECRET} characters.")
    return value


def _write_private(path: Path, value: str) -> None:
    """Write a file for us alone; it appears whole or not at all, also when two processes start at once."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(value)
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)  # another process of the same start may have been first
        draft.unlink()
    except OSError as error:
        raise ImproperlyConfigured(
            f"DATA_DIR {path.parent} can't be written: {error.strerror}. Name another folder."
        ) from error


def database(name: str, data_dir: Path, *, patience_s: int) -> dict[str, object]:
    """Return Django's settings for one database.

    In: `postgres://user:password@host:port/name` from the variable, or nothing for SQLite in `data_dir`.
    `patience_s`: how long a statement (PostgreSQL) or the write lock (SQLite) may take.
    """
    raw = text(name)
    if not raw:
        return _sqlite(data_dir / "watchbill.sqlite3", patience_s)
    parts = urlsplit(raw)
    if parts.scheme == "sqlite" and parts.path.startswith("/"):
        return _sqlite(Path(parts.path), patience_s)
    if parts.scheme not in {"postgres", "postgresql"} or len(parts.path) < 2:
        raise ImproperlyConfigured(
            f"{name} is not understood; write postgres://user:password@host:port/name."
        )
    return _postgres(raw, name, patience_s)


def _sqlite(path: Path, patience_s: int) -> dict[str, object]:
    return {
        "ENGINE": "core.sqlite",
        "NAME": path,
        "OPTIONS": {
            "timeout": patience_s,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }


def _postgres(raw: str, name: str, patience_s: int) -> dict[str, object]:
    parts = urlsplit(raw)
    try:
        port = parts.port or 5432
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} has a port that is not a number.") from error
    limits = {
        "statement_timeout": patience_s * 1000,
        "lock_timeout": 2000 if patience_s <= 5 else 10_000,
        "idle_in_transaction_session_timeout": 10_000 if patience_s <= 5 else 60_000,
    }
    # rows are read from memory or flash, and a page of ours is no report to share out among processes
    planning = {"random_page_cost": 1.1, "max_parallel_workers_per_gather": 0, "jit": "off"}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": port,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 3,
            "tcp_user_timeout": 5000,  # a cut line hung 45 s without it (reliability 6.6)
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "options": " ".join(f"-c {key}={value}" for key, value in (limits | planning).items()),
            **dict(parse_qsl(parts.query)),
        },
    }


def networks(name: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """Return a comma-separated list of networks, for example `10.1.0.0/16,127.0.0.1/32`."""
    found = []
    for part in filter(None, (piece.strip() for piece in text(name).split(","))):
        try:
            found.append(ipaddress.ip_network(part))
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name}: {part!r} is not a network such as 10.1.0.0/16."
            ) from error
    return tuple(found)
