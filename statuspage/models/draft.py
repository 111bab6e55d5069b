"""What a person has prepared to say in public and has not said yet."""

from django.db import models
from django.db.models import Q

from core.models import User
from incidents.models import Incident
from statuspage.models.page import Page
from statuspage.models.public import LONGEST_BODY, LONGEST_NAME, LONGEST_STAGE, STAGE_CHOICES
from statuspage.rules.states import Stage


class Draft(models.Model):
    """The next public update of an internal incident, as a person has edited it.

    An incident without a row here, or with one that is not `is_edited`, has the draft that its present
    state proposes. `components`: public id -> state. `version` grows with every save and every publishing.
    """

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="drafts")
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="+")
    is_edited = models.BooleanField(default=False)
    name = models.CharField(max_length=LONGEST_NAME, blank=True)
    state = models.CharField(
        max_length=LONGEST_STAGE, choices=STAGE_CHOICES, default=Stage.INVESTIGATING.value
    )
    body = models.TextField(blank=True, max_length=LONGEST_BODY)
    components = models.JSONField(default=dict)
    advice = models.TextField(blank=True, max_length=1000)
    next_update_by = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)
    edited_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["page", "incident"], name="statuspage_one_draft"),
            models.CheckConstraint(
                condition=Q(state__in=list(Stage)), name="statuspage_draft_stage_known"
            ),
        ]

    def __str__(self) -> str:
        return f"Draft for INC-{self.incident_id}"
