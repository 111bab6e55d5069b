"""System checks: every wrong setting that can be foreseen is named before it hurts (style.md 12)."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Weakness
from django.db import connections
from django.utils.module_loading import import_string

DURABLE = {"fsync": "on", "full_page_writes": "on"}


def _paths() -> Iterator[tuple[str, str]]:
    for fact, handlers in settings.EVENT_HANDLERS.items():
        yield from ((f"EVENT_HANDLERS[{fact!r}]", handler.path) for handler in handlers)
    for table in ("DELIVERY_GUARDS", "DELIVERY_TEXTS", "PROVIDERS"):
        yield from ((f"{table}[{key!r}]", path) for key, path in getattr(settings, table).items())
    for screen, paths in settings.PANELS.items():
        yield from ((f"PANELS[{screen!r}]", path) for path in paths)
    yield from (("LIVENESS", path) for path in settings.LIVENESS)
    yield from (("CHORES", path) for path in settings.CHORES)
    yield from (("DEMO_PARTS", path) for path in settings.DEMO_PARTS)
    yield from _staff_paths()
    yield from (
        (f"SCHEDULES[{name!r}]", path) for name, (path, _minutes) in settings.SCHEDULES.items()
    )


def _staff_paths() -> Iterator[tuple[str, str]]:
    yield from (("SIDEBAR", entry.count) for entry in settings.SIDEBAR if entry.count)
    yield from (("STAFF_PAGES", page.view) for page in settings.STAFF_PAGES)
    yield from (("SEARCH", path) for path in settings.SEARCH)
    single = {name: getattr(settings, name) for name in ("LAMP", "PAGER_LINE", "FIRST_RUN")}
    yield from ((name, path) for name, path in single.items() if path)


@register()
def wiring_resolves(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Every dotted path of config/wiring.py names something that exists."""
    return [
        Error(f"{place} names {path}, which does not exist.", id="core.E001")
        for place, path in _paths()
        if not _resolves(path)
    ]


def _resolves(path: str) -> bool:
    try:
        import_string(path)
    except ImportError:
        return False
    return True


@register()
def queue_is_sane(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A task may not be handed out again while it runs, nor replayed after downtime (reliability 2.1)."""
    queue: dict[str, Any] = settings.Q_CLUSTER
    found: list[CheckMessage] = []
    if queue["retry"] <= queue["timeout"]:
        found.append(Error("Q_CLUSTER['retry'] must be longer than its 'timeout'.", id="core.E002"))
    if queue["catch_up"] or queue["bulk"] != 1 or not queue["max_attempts"]:
        found.append(
            Error("Q_CLUSTER needs catch_up off, bulk 1 and a max_attempts.", id="core.E003")
        )
    return found


@register(Tags.database)
def database_is_durable(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """A 202 means on disk: refuse a PostgreSQL that may forget a commit (reliability 0.4)."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        if connections[alias].vendor == "postgresql":
            found.extend(_forgetful(alias))
    return found


def _forgetful(alias: str) -> list[CheckMessage]:
    wrong = []
    with connections[alias].cursor() as cursor:
        for name, wanted in DURABLE.items():
            cursor.execute("SELECT current_setting(%s)", [name])
            if cursor.fetchone()[0] != wanted:
                wrong.append(name)
        cursor.execute("SELECT current_setting('synchronous_commit')")
        if cursor.fetchone()[0] in {"off", "local"}:
            wrong.append("synchronous_commit")
    hint = "Set them to on in postgresql.conf: otherwise an accepted alert can be lost."
    return (
        [Weakness(f"PostgreSQL runs with {', '.join(wrong)} off.", hint=hint, id="core.W001")]
        if wrong
        else []
    )


@register(Tags.security, deploy=True)
def deployment_is_real(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """A real installation is reached by https and can send mail."""
    found: list[CheckMessage] = [
        Weakness(f"{name} is not https: sessions and reply links can be read.", id="core.W002")
        for name in ("SITE_URL", "STAFF_URL")
        if not getattr(settings, name).startswith("https://")
    ]
    if not settings.EMAIL_URL:
        found.append(
            Weakness("EMAIL_URL is unset: mail is kept, nobody is paged by it.", id="core.W003")
        )
    return found
