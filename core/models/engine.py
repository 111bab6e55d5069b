"""Rows by which the processes know of each other: beats, late calls, the installation itself."""

from django.db import models


class Heartbeat(models.Model):
    """The latest sign of life of one running part: engine, tasks, watchdog."""

    part = models.CharField(max_length=32, primary_key=True)
    beat_at = models.DateTimeField()
    detail = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.part} at {self.beat_at:%H:%M:%S}"


class LateCall(models.Model):
    """One promised call of a later-handler; the row goes when the call has succeeded."""

    fact = models.CharField(max_length=64)
    handler = models.CharField(max_length=200)
    object_id = models.BigIntegerField()
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="core_latecall_due")]

    def __str__(self) -> str:
        return f"{self.fact} → {self.handler} ({self.object_id})"


class Installation(models.Model):
    """What is true of this installation as a whole; one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    created_at = models.DateTimeField()
    demo_loaded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="core_one_installation")
        ]

    def __str__(self) -> str:
        return "this installation"
