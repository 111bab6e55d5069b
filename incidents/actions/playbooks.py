"""Load playbooks as immutable versions, and find the one in force."""

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from core.errors import Invalid
from core.expressions import JsonRow
from incidents.models import PlaybookVersion, Service
from incidents.playbook import checksum, dump, load

_read = lru_cache(maxsize=16)(load)  # frozen values; reading YAML takes a tenth of a second
LEAN = "standard"
SHIPPED = Path(settings.BASE_DIR) / "playbooks"


def store(text: str, *, at: datetime, is_shipped: bool = False) -> PlaybookVersion:
    """Store a playbook document as the next version of its slug; an unchanged one is not stored again.

    Raises PlaybookInvalid with every problem and its path.
    """
    playbook = _read(text)
    with transaction.atomic():
        latest = PlaybookVersion.objects.filter(slug=playbook.slug).order_by("-number").first()
        if latest is not None and latest.checksum == checksum(playbook):
            return latest
        return PlaybookVersion.objects.create(
            slug=playbook.slug,
            number=latest.number + 1 if latest else 1,
            name=playbook.name,
            document=dump(playbook),
            checksum=checksum(playbook),
            is_shipped=is_shipped,
            created_at=at,
        )


def store_shipped(at: datetime) -> list[PlaybookVersion]:
    """Store the playbooks that come with the product; return their present versions."""
    files = sorted(SHIPPED.glob("*.yaml"))
    return [store(file.read_text(encoding="utf-8"), at=at, is_shipped=True) for file in files]


def with_playbook(services: QuerySet[Service]) -> QuerySet[Service]:
    """Return the services with the playbook version in force for each, for `of`: no statement more."""
    own = PlaybookVersion.objects.filter(slug=OuterRef("playbook_slug"))
    lean = PlaybookVersion.objects.filter(slug=LEAN)
    return services.annotate(
        in_force=Coalesce(*(_as_one(rows.order_by("-number")) for rows in (own, lean)))
    )


def _as_one(rows: QuerySet[PlaybookVersion]) -> Subquery:
    return Subquery(rows.annotate(one=JsonRow("pk", "slug", "checksum")).values("one")[:1])


def of(service: Service) -> PlaybookVersion:
    """Return the version in force for a service; its document is read when it is asked for."""
    found = getattr(service, "in_force", None)
    if found is None:
        return present(service.playbook_slug)
    pk, slug, checksum_ = found
    return PlaybookVersion.from_db(
        connection.alias, ["id", "slug", "checksum"], [pk, slug, checksum_]
    )


def present(slug: str) -> PlaybookVersion:
    """Return the version of `slug` in force, else of the lean default: an alert never waits for a playbook."""
    versions = PlaybookVersion.objects.order_by("-number")
    found = versions.filter(slug=slug).first() or versions.filter(slug=LEAN).first()
    if found is None:
        raise Invalid("No playbook is loaded; run manage.py load_playbook --shipped.")
    return found
