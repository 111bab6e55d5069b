"""The floor of the accept path: a bare Django view that parses JSON and does one raw INSERT.

No middleware, no sign-in, no connection check. A WSGI application for the server that we ship.
"""

from pathlib import Path

import django
import orjson
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import re_path

from config import environment

TABLE = {
    "postgresql": "CREATE TABLE bench_floor (id bigserial PRIMARY KEY, key text, body bytea)",
    "sqlite": "CREATE TABLE bench_floor (id integer PRIMARY KEY, key text, body blob)",
}


def take(request: HttpRequest) -> HttpResponse:
    """Parse, store, answer with the row's id; committed, since nothing opens a transaction."""
    document = orjson.loads(request.body)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_floor (key, body) VALUES (%s, %s) RETURNING id",
            [document.get("dedup_key", ""), request.body],
        )
        (number,) = cursor.fetchone()
    return HttpResponse(orjson.dumps({"id": number}), status=202, content_type="application/json")


urlpatterns = [re_path("", take)]


def _settings() -> dict[str, object]:
    database = environment.database(
        "DATABASE_URL", Path(environment.text("DATA_DIR")), patience_s=5
    )
    return {
        "DATABASES": {"default": database | {"CONN_HEALTH_CHECKS": False}},
        "ROOT_URLCONF": __name__,
        "ALLOWED_HOSTS": ["*"],
        "SECRET_KEY": "only for measurements, never anywhere else",
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 16 * 1024 * 1024,
        "USE_TZ": True,
    }


settings.configure(**_settings())
django.setup()
application = get_wsgi_application()
