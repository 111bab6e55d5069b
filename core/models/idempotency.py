"""Answers that are kept for a while, so that a request sent twice is done once."""

from django.db import models

from core.models.people import User


class KeptAnswer(models.Model):
    """What a request with an Idempotency-Key was answered; written in the transaction of what it did.

    `ceiling`: the scope of the caller's token, so that a lesser token is not handed what a greater one made.
    `answer` is encrypted: it may hold a key that is shown once.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    ceiling = models.CharField(max_length=13)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    answer = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["made_at"], name="core_kept_answer_made")]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "ceiling", "key"], name="core_one_answer_per_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.status} for {self.key}"
