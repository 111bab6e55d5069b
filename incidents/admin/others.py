"""Other incidents, typed by number with those that are open suggested: INC-12 Checkout is failing."""

from core.admin.pickers import MOST, Picks, typed
from incidents.models import Incident


class OpenIncidents(Picks):
    """Suggests incidents that are open, the worst first; of the service that one is about before others."""

    hint = "INC-12"

    def __init__(self, beside: Incident | None = None) -> None:
        super().__init__("incident", Incident.objects.open())
        self.beside = beside

    def suggested(self, making: str = "") -> list[str]:
        """Return numbers with titles; those whose title holds what is typed."""
        rows, beside = self.rows.order_by("rank", "-pk"), None
        if self.beside is not None:
            rows = rows.exclude(pk=self.beside.pk)
            beside = self.beside.service_id
        for word in typed(making).split()[:4]:
            rows = rows.filter(title__icontains=word)
        found = sorted(rows[:MOST], key=lambda row: row.service_id != beside)
        return [f"{row.label} {' '.join(row.title.split())[:80]}" for row in found]
