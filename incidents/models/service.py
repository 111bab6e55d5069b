"""Services: what can break, and whose it is."""

from django.db import models
from django.db.models import F, Q

from core.models import Team


class Service(models.Model):
    """Something that users or other services rely on; owned by one team (R275, R295)."""

    class Tier(models.TextChoices):
        CRITICAL = "critical"
        IMPORTANT = "important"
        STANDARD = "standard"

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="services")
    tier = models.CharField(max_length=9, choices=Tier, default=Tier.STANDARD)
    playbook_slug = models.SlugField("playbook", default="standard")
    description = models.TextField(blank=True)
    runbook_url = models.URLField(blank=True)
    depends_on: "models.ManyToManyField[Service, Dependency]" = models.ManyToManyField(
        "self", through="Dependency", symmetrical=False, related_name="dependents"
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(tier__in=["critical", "important", "standard"]),
                name="incidents_tier_is_known",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Dependency(models.Model):
    """`service` needs `needs` to work."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="dependencies")
    needs = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="needed_by")

    class Meta:
        verbose_name_plural = "dependencies"
        constraints = [
            models.UniqueConstraint(fields=["service", "needs"], name="incidents_dependency_once"),
            models.CheckConstraint(
                condition=~Q(service=F("needs")), name="incidents_no_self_dependency"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} needs {self.needs_id}"
