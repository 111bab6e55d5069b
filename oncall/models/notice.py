"""What people are told about their shifts; kept, so that the mail can be written when it is sent."""

from django.db import models

from core.models import User


class ShiftNotice(models.Model):
    """One word to one person. `occasion` makes telling twice harmless; `path` is where they look."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="shift_notices")
    occasion = models.CharField(max_length=120)
    subject = models.CharField(max_length=200)
    paragraphs = models.JSONField(default=list)
    path = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "occasion"], name="oncall_told_once")
        ]

    def __str__(self) -> str:
        return self.subject
