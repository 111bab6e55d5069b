"""Many incidents, made inside the database: the list's benchmark needs a hundred thousand, or a million."""

from datetime import timedelta

from django.db import connection

from bench import ready
from core import clock
from core.models import Team, User
from incidents.models import Incident, PlaybookVersion, Service

SERVICES, PEOPLE = 50, 20
YEARS = timedelta(days=3 * 365)
PIECE = 50_000
LIVE_OF = 500  # one in so many of the newest is open
_WORDS = "payments search checkout mail stock login refund invoice cover image report label parcel queue token"
_FILL = """
INSERT INTO incidents_incident (
  title, description, service_id, rank, is_rank_fixed, state, playbook_id, group_key, opened_at,
  declared_at, acknowledged_at, acknowledged_by_id, ended_at, unpaged_reason, step)
SELECT
  initcap(word[1 + n %% 15]) || ' ' || word[1 + (n / 7) %% 15] || ' over limit on host-' || n %% 997, '',
  service[1 + n %% %(services)s], 1 + (n * 7 %% 10 > 0)::int + (n * 7 %% 10 > 2)::int + (n * 7 %% 10 > 6)::int,
  false, state, %(playbook)s, '', opened, declared, answered,
  CASE WHEN answered IS NOT NULL THEN person[1 + n %% %(people)s] END,
  CASE WHEN state IN ('resolved', 'closed', 'false_alarm', 'cancelled', 'in_review') THEN opened + interval '40 min' END,
  '', 2
FROM (
  SELECT n, opened, state,
    CASE WHEN state IN ('closed', 'in_review', 'mitigating', 'investigating') THEN opened END AS declared,
    CASE WHEN state IN ('closed', 'in_review', 'acknowledged', 'mitigating', 'investigating') OR n %% 3 = 0
      AND state <> 'detected' THEN opened END AS answered
  FROM (
    SELECT n, %(first)s::timestamptz + %(step)s::interval * n AS opened,
      CASE
        WHEN n > %(count)s - %(live)s THEN (ARRAY['detected', 'acknowledged', 'mitigating', 'investigating'])[1 + n %% 4]
        WHEN n > %(count)s - 2 * %(live)s AND n %% 20 = 0 THEN 'in_review'
        WHEN n %% 10 < 2 THEN 'closed'
        WHEN n %% 100 = 33 THEN 'cancelled'
        WHEN n %% 50 = 27 THEN 'false_alarm'
        ELSE 'resolved'
      END AS state
    FROM generate_series(%(begin)s, %(end)s) n) made) told,
  (SELECT string_to_array(%(words)s, ' ') AS word, %(ids)s::bigint[] AS service, %(users)s::bigint[] AS person) names
"""


def fill(count: int) -> None:
    """Store `count` incidents over three years, one in 500 of them open; PostgreSQL only."""
    services, people = _names()
    values = {
        "services": SERVICES, "people": PEOPLE, "count": count, "words": _WORDS,
        "live": max(count // LIVE_OF, 10), "first": clock.now() - YEARS, "step": YEARS / (count + 1),
        "playbook": PlaybookVersion.objects.filter(slug="standard").latest("number").pk,
        "ids": services, "users": people,
    }  # fmt: skip
    with ready.metered(), connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")  # the product's bound is for its own statements
        for begin in range(1, count + 1, PIECE):
            cursor.execute(_FILL, {**values, "begin": begin, "end": min(begin + PIECE - 1, count)})
        cursor.execute(f"VACUUM ANALYZE {Incident._meta.db_table}")  # noqa: SLF001  documented
        cursor.execute("RESET statement_timeout")


def _names() -> tuple[list[int], list[int]]:
    """Return the ids of the services and people that the rows name; made once."""
    team, _ = Team.objects.get_or_create(slug="many", name="Many")
    Service.objects.bulk_create(
        [Service(slug=f"many-{n}", name=f"Many {n}", team=team) for n in range(SERVICES)],
        ignore_conflicts=True,
    )
    User.objects.bulk_create(
        [User(username=f"many{n}", email=f"many{n}@bench.example") for n in range(PEOPLE)],
        ignore_conflicts=True,
    )
    services = Service.objects.filter(team=team).order_by("pk").values_list("pk", flat=True)
    people = User.objects.filter(username__startswith="many").order_by("pk")
    return list(services), list(people.values_list("pk", flat=True))
