"""Playbooks as stored: one immutable row per version."""

from functools import cached_property

from django.db import models

from incidents.playbook import Playbook, from_json


class PlaybookVersion(models.Model):
    """One version of a playbook; incidents pin the one they were declared under (design.md 2.5)."""

    slug = models.SlugField()
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    document = models.JSONField()
    checksum = models.CharField(max_length=64)
    is_shipped = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["slug", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "number"], name="incidents_playbook_version_once"
            ),
            models.CheckConstraint(
                condition=models.Q(number__gte=1), name="incidents_playbook_counts_from_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.number}"

    @cached_property
    def playbook(self) -> Playbook:
        """Return the document as the frozen value that rules are asked of."""
        return from_json(self.document)
