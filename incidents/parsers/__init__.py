"""The wire formats that we understand: one file and one line each. Pure: no database, no clock."""

from collections.abc import Mapping
from types import MappingProxyType

from incidents.parsers import alertmanager, generic, pagerduty
from incidents.parsers.base import Format

_KIB, _MIB = 1024, 1024 * 1024
_PAGERDUTY_LIMIT = 512 * _KIB

#: What a source may be set to.
FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        form.name: form
        for form in (
            Format(
                "alertmanager",
                "Alertmanager webhook",
                16 * _MIB,
                alertmanager.check,
                alertmanager.parse,
            ),
            Format(
                "pagerduty",
                "PagerDuty Events v2",
                _PAGERDUTY_LIMIT,
                pagerduty.check,
                pagerduty.parse,
            ),
            Format("generic", "Generic JSON", 512 * _KIB, generic.check, generic.parse),
        )
    }
)

#: What a stored body may be: the formats, and the change events that come by the PagerDuty door.
KINDS: Mapping[str, Format] = MappingProxyType(
    {
        **FORMATS,
        "pagerduty_change": Format(
            "pagerduty_change",
            "PagerDuty change event",
            _PAGERDUTY_LIMIT,
            pagerduty.check_change,
            pagerduty.parse_change,
        ),
    }
)
