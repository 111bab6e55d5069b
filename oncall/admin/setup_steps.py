"""What a new installation still needs so that somebody is woken."""

from datetime import datetime

from django.urls import reverse

from core.models import User
from core.navigation import SetupStep
from oncall.models import ContactMethod, PolicyBinding, Schedule


def steps(user: User, at: datetime) -> list[SetupStep]:
    """Return the pager's steps: who is on call, a default policy, a message that reached this person."""
    mine = ContactMethod.objects.filter(responder__user=user)
    return [
        SetupStep(Schedule.objects.exists(), "Who is on call?", "one person is enough to start", reverse("admin:oncall_schedule_changelist")),
        SetupStep(PolicyBinding.objects.filter(is_default=True).exists(), "A default escalation policy", "who is paged when nobody says otherwise", reverse("admin:oncall_policybinding_changelist")),
        SetupStep(mine.filter(last_ok_at__isnull=False).exists(), "Page yourself once", "prove that a message reaches you", reverse("admin:oncall_responder_changelist")),
    ]  # fmt: skip
