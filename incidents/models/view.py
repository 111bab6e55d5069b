"""Views of the incident list that a person keeps under a name."""

from django.db import models

from core.models import User


class SavedView(models.Model):
    """What one person looks for again and again: a name, and the list's filters as a query string."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=1000)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="incidents_view_named_once")
        ]

    def __str__(self) -> str:
        return self.name
