"""An override as somebody asks for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from core.models import User
from oncall import rota
from oncall.models import Layer, Override


@dataclass(frozen=True, slots=True)
class Wish:
    """An override as asked for; instants are aware. `layer` None: the whole schedule."""

    kind: str
    starts_at: datetime
    ends_at: datetime
    user: User | None = None
    subject: User | None = None
    layer: Layer | None = None
    reason: str = ""
    source: str = Override.Source.OVERRIDE

    def value(self, seq: int = 0) -> rota.Override:
        """Return it as the resolver's."""
        return rota.Override(
            seq=seq,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            user=self.user.pk if self.user else None,
            subject=self.subject.pk if self.subject else None,
            layer=self.layer.pk if self.layer else None,
            kind=cast("rota.Kind", self.kind),
            source=self.source,
        )
