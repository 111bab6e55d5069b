"""The pager's part of a service's readiness: a policy, somebody on call now, everybody reachable."""

from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from core.models import User
from core.navigation import SetupStep
from core.templatetags.house import plural
from incidents.models import Service
from oncall.actions.forecast import forecast
from oncall.models import ContactMethod, EscalationPolicy, PolicyBinding, RotationSlot

WORST = 1  # the rank that is asked for: what would happen at the worst
NAMED = 3


def steps(service: Service, at: datetime) -> list[SetupStep]:
    """Return whether a policy pages for the service, somebody answers at `at` (UTC), everybody can be reached."""
    bound = PolicyBinding.objects.select_related("policy").filter(
        Q(service=service) | Q(is_default=True)
    )
    binding = bound.order_by("is_default").first()
    policy = binding.policy if binding else None
    return [_on_call(service, at), _policy(binding), _reachable(policy)]


def _policy(binding: PolicyBinding | None) -> SetupStep:
    url = reverse("admin:oncall_policybinding_changelist")
    if binding is None:
        return SetupStep(False, "No policy pages for it", "bind one, or set a default policy", url)
    detail = "the default policy" if binding.is_default else "bound to this service"
    return SetupStep(True, f"{binding.policy} pages for it", detail, url)


def _on_call(service: Service, at: datetime) -> SetupStep:
    found = forecast(service, WORST, None, at)
    names = [person.name for person in found.now if not person.unpaged]
    url = reverse("admin:oncall_schedule_changelist")
    if not names or found.note:
        detail = found.note or "a page would go to the fallback"
        return SetupStep(False, "Nobody is on call now", detail, url)
    return SetupStep(True, "Somebody is on call now", _listed(names), url)


def _reachable(policy: EscalationPolicy | None) -> SetupStep:
    people = _people(policy) if policy else []
    reached = set(ContactMethod.objects.usable().values_list("responder__user", flat=True))
    lost = [person.display_name for person in people if person.pk not in reached]
    url = reverse("admin:oncall_responder_changelist")
    if lost:
        return SetupStep(False, f"{_listed(lost)} can't be reached", "no confirmed contact", url)
    if not people:
        return SetupStep(False, "No responder is named", "add people to a schedule", url)
    detail = plural(len(people), "person has,people have") + " a confirmed contact"
    return SetupStep(True, "Every responder can be reached", detail, url)


def _people(policy: EscalationPolicy) -> list[User]:
    """Return everybody whom the policy names, by name or by a rotation that turns now."""
    slots = RotationSlot.objects.filter(
        version__effective_to=None,
        version__withdrawn_at=None,
        version__layer__schedule__policystep__policy=policy,
    )
    named = Q(pk__in=slots.values("user")) | Q(
        pk__in=policy.steps.filter(people__isnull=False).values("people")
    )
    return list(User.objects.filter(named).order_by("first_name", "username"))


def _listed(names: list[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
