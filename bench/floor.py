"""The floors over HTTP: a bare Django view that parses JSON and does one raw INSERT, and for GET one whose list of 50
incidents is made JSON by PostgreSQL itself.

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


LIST = """
SELECT json_agg(row_to_json(t))::text FROM (
 SELECT i.id, i.title, i.state, i.rank, i.opened_at, i.declared_at, s.slug AS service, u.username AS held_by,
  (SELECT json_object_agg(r.role, p.username) FROM incidents_roleassignment r JOIN core_user p ON p.id = r.user_id
   WHERE r.incident_id = i.id AND r.to_at IS NULL) AS roles
 FROM incidents_incident i JOIN incidents_service s ON s.id = i.service_id
  LEFT JOIN core_user u ON u.id = i.acknowledged_by_id
 ORDER BY i.id DESC LIMIT 50) t
"""


def listed(_request: HttpRequest) -> HttpResponse:
    """Answer the newest 50 incidents with service, severity, holder and roles, as the database writes them."""
    with connection.cursor() as cursor:
        cursor.execute(LIST)
        (rows,) = cursor.fetchone()
    return HttpResponse(rows, content_type="application/json")


def either(request: HttpRequest) -> HttpResponse:
    """Take a POST, list for a GET."""
    return listed(request) if request.method == "GET" else take(request)


urlpatterns = [re_path("", either)]


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
