"""What playbooks promise for being on call, where no pay plan says how much (R132)."""

from collections.abc import Mapping

from core.models import Team
from incidents.actions.playbooks import present
from incidents.models import Service
from incidents.playbook import Playbook, severity_for
from incidents.playbook.practice import OnCallRules


def promised(teams: Mapping[int, Team]) -> list[str]:
    """Return a sentence for each of these teams, which have no plan, and each playbook of its services that promises pay."""
    rows = Service.objects.filter(team__in=teams).order_by("team__name", "playbook_slug")
    asked = list(dict.fromkeys(rows.values_list("team", "playbook_slug")))
    versions = {slug: present(slug) for slug in {slug for _, slug in asked}}
    found = []
    for team, slug in asked:
        words = _words(versions[slug].playbook)
        if words:
            found.append(
                f"The playbook {versions[slug].name} promises {words}; no pay plan of {teams[team]} says how much."
            )
    return list(dict.fromkeys(found))


def _words(playbook: Playbook) -> str:
    rules = playbook.on_call
    if rules is None:
        return ""
    told = [*_flat(rules)]
    if rules.bonus_ranks:
        codes = [severity_for(playbook, rank).code for rank in rules.bonus_ranks]
        told.append(f"a bonus for {' and '.join(codes)}")
    return " and ".join(filter(None, (", ".join(told[:-1]), told[-1]))) if told else ""


def _flat(rules: OnCallRules) -> list[str]:
    promises = {"pay for each day": rules.paid_per_day, "time off for incidents after hours": rules.time_off_in_lieu}  # fmt: skip
    return [words for words, is_promised in promises.items() if is_promised]
