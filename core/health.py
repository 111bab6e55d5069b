"""Health: is the process up, can it serve, does the pager beat."""

from datetime import timedelta

from django.conf import settings
from django.db import Error as DatabaseAway
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.module_loading import import_string

from core import clock
from core.models import Installation

STALE = timedelta(seconds=60)


def process(request: HttpRequest) -> HttpResponse:
    """Answer 200 while this process runs; touches nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers with the schema of this version, and the demo is loaded."""
    try:
        reason = _why_not_ready()
    except DatabaseAway:
        reason = "the database does not answer"
    return _answer([reason] if reason else [])


def _why_not_ready() -> str:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return "the database has another schema; run manage.py migrate"
    installation = Installation.objects.first()
    if installation is None:
        return "the first start has not finished"
    if settings.DEMO and installation.demo_loaded_at is None:
        return "the demo is still being loaded"
    return ""


def engine(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the engine beats and nothing due is late; else 503 with every reason."""
    try:
        at = clock.now()
        reasons = [text for path in settings.LIVENESS for text in import_string(path)(at)]
    except DatabaseAway:
        reasons = ["the database does not answer"]
    return _answer(reasons)


def _answer(reasons: list[str]) -> HttpResponse:
    status = 503 if reasons else 200
    headers = {"Retry-After": "5"} if reasons else {}
    return JsonResponse({"ok": not reasons, "reasons": reasons}, status=status, headers=headers)
