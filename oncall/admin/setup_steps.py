"""What a new installation still needs so that somebody is woken."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from core.models import User
from core.navigation import SetupStep
from notify.models import KEPT, Delivery
from oncall.models import ContactMethod, PolicyBinding, Schedule


def steps(user: User, at: datetime) -> list[SetupStep]:
    """Return the pager's steps: who is on call, a default policy, a message that reached this person."""
    return [
        SetupStep(Schedule.objects.exists(), "Who is on call?", "one person is enough to start", reverse("admin:oncall_schedule_changelist")),
        SetupStep(PolicyBinding.objects.filter(is_default=True).exists(), "A default escalation policy", "who is paged when nobody says otherwise", reverse("admin:oncall_policybinding_changelist")),
        _reached(user),
    ]  # fmt: skip


def _reached(user: User) -> SetupStep:
    """Return the step that a message reached this person; a demo without a mail server is content with a kept one."""
    what, where = "Page yourself once", reverse("admin:oncall_responder_changelist")
    if ContactMethod.objects.filter(responder__user=user, last_ok_at__isnull=False).exists():
        return SetupStep(True, what, "a message reached you", where)
    if settings.EMAIL_URL:
        return SetupStep(False, what, "prove that a message reaches you", where)
    kept = Delivery.objects.filter(recipient=user, kind__in=["test", "page"], proof=KEPT)
    if kept.exists():
        mails = reverse("admin:notify_keptmail_changelist")
        return SetupStep(settings.DEMO, what, "kept, not sent: there is no mail server", mails)
    return SetupStep(False, what, "mail is kept: there is no mail server (EMAIL_URL)", where)
