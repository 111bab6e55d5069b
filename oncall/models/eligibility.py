"""What is noted of a person's way to being on call: dates, and by whom (R136). It only warns."""

from django.db import models

from core.models import User


class Eligibility(models.Model):
    """One person's dates. Shadowed shifts are counted from the ledger; `shadowed_elsewhere` are those before it."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="eligibility")
    onboarded_on = models.DateField("onboarded since", null=True, blank=True)
    onboarded_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    access_on = models.DateField("has production access since", null=True, blank=True)
    access_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    monitoring_on = models.DateField("knows the monitoring since", null=True, blank=True)
    monitoring_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    training_on = models.DateField("completed the incident training on", null=True, blank=True)
    training_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    shadowed_elsewhere = models.PositiveSmallIntegerField(
        "shifts shadowed before they were counted here", default=0
    )
    changed_at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name_plural = "eligibility"

    def __str__(self) -> str:
        return f"eligibility of {self.user_id}"
