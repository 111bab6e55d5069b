"""What to paste into a monitoring system, for each wire format. Our own texts; KEY stands for the key."""

from collections.abc import Mapping

from incidents.actions.catalog import ingest_url
from incidents.models import Source

ALERTMANAGER = """# alertmanager.yml
receivers:
  - name: watchbill
    webhook_configs:
      - url: {url}
        send_resolved: true
        max_alerts: 0
route:
  receiver: watchbill
"""
PAGERDUTY = """# Any sender that speaks PagerDuty's Events API v2: change its address to
#   {url}
# and use the key as routing key. A test from a shell:
curl -sS {url} \\
  -H 'Content-Type: application/json' \\
  -d '{{"routing_key": "KEY", "event_action": "trigger", "dedup_key": "test-1",
       "payload": {{"summary": "Test of Watchbill", "source": "shell", "severity": "warning"}}}}'
"""
GENERIC = """# A test from a shell; the same dedup_key with "action": "resolve" ends it.
curl -sS {url} \\
  -H 'Content-Type: application/json' \\
  -d '{{"action": "trigger", "title": "Test of Watchbill", "severity": "warning", "dedup_key": "test-1"}}'
"""

SNIPPETS: Mapping[str, str] = {
    "alertmanager": ALERTMANAGER,
    "pagerduty": PAGERDUTY,
    "generic": GENERIC,
}
ADDRESS = "{url}\n"  # for a format without a text of its own


def snippet(source: Source, key: str = "KEY") -> str:
    """Return what to paste for a source, with `key` in the place of its key."""
    text = SNIPPETS.get(source.format, ADDRESS)
    return text.format(url=ingest_url(source, key)).replace("KEY", key)
