"""Apply one source's signals, in order, to what a batch knows. The rules are in incidents.grouping."""

from collections.abc import Callable
from datetime import timedelta

from incidents.actions.book import UNREADABLE, Book
from incidents.grouping import Judgement, Known, Move, judge
from incidents.models import Alert, AlertKey, ChangeEvent, Incident, RawEvent, Service
from incidents.parsers.base import Change, Signal, Unreadable
from incidents.playbook import severity_of

Item = dict[str, object]
UNREADABLE_RANK = 2


class Ledger:
    """Applies the items of events to a Book and says of each what became of it."""

    def __init__(self, book: Book) -> None:
        self.book, self.source, self.at = book, book.source, book.at
        self._items: list[tuple[Item, Alert | None, Incident | None]] = []
        self._moves: dict[Move, Callable[[RawEvent, Signal, AlertKey], None]] = {
            Move.NONE: self._nothing,
            Move.OPEN: self._begin,
            Move.REPLACE: self._replace,
            Move.REPEAT: self._repeat,
            Move.HOLD: self._hold,
            Move.RESOLVE: self._resolve,
            Move.END_SUPERSEDED: self._replace_ended,
            Move.BURY: self._bury,
            Move.ACKNOWLEDGE: self._acknowledge,
        }

    def apply(self, event: RawEvent, item: Signal | Change | Unreadable) -> Item:
        """Apply one item of an event and return its line for the event row."""
        if isinstance(item, Signal):
            return self._signal(event, item)
        if isinstance(item, Change):
            return self._change(event, item)
        return self.unreadable(f"item {item.index}: {item.code}: {item.detail}")

    def name_incidents(self) -> None:
        """Write the numbers of the incidents into the items, once the book has stored them."""
        for item, alert, incident in self._items:
            found = incident or (alert.incident if alert else None)
            item["incident"] = found.pk if found else None
            item["alert"] = alert.pk if alert else None

    def unreadable(self, detail: str) -> Item:
        """Open or join the one incident that says, in a fixed text, that this source can't be read."""
        service = self.source.service
        incident = self.book.live.get((service.pk, UNREADABLE))
        if incident is None:
            title = f"An event from {self.source.name} could not be read"
            text = "Something may be wrong that we can't show. Look at this source's quarantined events."
            incident = self.book.open_incident(service, UNREADABLE_RANK, title, text, UNREADABLE)
        else:
            self.book.touch(incident).joined += 1
        item: Item = {"verdict": "quarantined", "reason": detail}
        self._items.append((item, None, incident))
        return item

    def release(self, alert: Alert) -> None:
        """End a hold-down: what still fires opens a new incident and pages, unless one is open."""
        alert.held_until = None
        self.book.change(alert)
        if alert.incident is not None and alert.incident.is_live:
            return
        alert.state, alert.ended_at = Alert.State.SUPERSEDED, self.at
        again = Alert(
            key=alert.key, source=self.source, title=alert.title, description=alert.description,
            severity=alert.severity, severity_raw=alert.severity_raw, is_unmapped=alert.is_unmapped,
            group_key=alert.group_key, labels=alert.labels, links=alert.links, client=alert.client,
            started_at=alert.last_received_at, first_received_at=alert.last_received_at,
            last_received_at=alert.last_received_at, first_event=alert.first_event,
        )  # fmt: skip
        self.book.new_alerts.append(again)
        self._attach(again, alert.incident.service if alert.incident else self.source.service, None)

    def _signal(self, event: RawEvent, signal: Signal) -> Item:
        key, alert = self.book.key(signal.key), self.book.open_alert(signal.key)
        known = Known(
            key.last_sequence, alert.episode if alert else None, key.closed_episode, key.resolved_at
        )
        judgement = judge(
            signal.action, signal.episode, known,
            sequence=event.pk, at=event.received_at, hold_down_s=self.source.hold_down_s,
        )  # fmt: skip
        self._moves[judgement.move](event, signal, key)
        if signal.action != "acknowledge":  # it must not make a trigger stale that commits after it
            key.last_sequence = max(key.last_sequence, event.pk)
        return self._item(signal, judgement)

    def _item(self, signal: Signal, judgement: Judgement) -> Item:
        verdict, reason = judgement.verdict, judgement.reason
        if signal.severity == "none" and signal.action == "trigger" and verdict == "applied":
            verdict, reason = "suppressed", "severity none is stored only"
        item: Item = {
            "verdict": verdict,
            "reason": reason,
            "key": signal.key,
            "action": signal.action,
        }
        self._items.append((item, self.book.alerts.get(signal.key), None))
        return item

    def _nothing(self, event: RawEvent, signal: Signal, key: AlertKey) -> None:
        """Change nothing: the verdict says why."""

    def _begin(self, event: RawEvent, signal: Signal, key: AlertKey) -> None:
        former = self.book.alerts.get(signal.key)
        alert = Alert(
            key=key,
            source=self.source,
            episode=signal.episode or "",
            description=signal.description,
            group_key=signal.group,
            links=[{"href": link.href, "text": link.text} for link in signal.links],
            client=signal.client[:255],
            started_at=signal.started_at or event.received_at,
            first_received_at=event.received_at,
            first_event=event,
        )
        _describe(alert, event, signal)
        self.book.alerts[signal.key] = alert
        self.book.new_alerts.append(alert)
        self._attach(alert, self.book.service(signal.service_hint), former)

    def _attach(self, alert: Alert, service: Service, former: Alert | None) -> None:
        """Give the alert its incident: its key's, while that is open; its group's; else a new one."""
        rank = self._rank(service, alert)
        if rank is None:
            return
        known = former.incident if former and former.incident and former.incident.is_live else None
        incident = known or self.book.live.get((service.pk, alert.group_key))
        if incident is None:
            incident = self.book.open_incident(
                service, rank, alert.title, alert.description, alert.group_key
            )
        else:
            self.book.touch(incident).joined += 1
            self._raise(incident, rank)
        alert.incident = incident

    def _rank(self, service: Service, alert: Alert) -> int | None:
        rank, _mapped = severity_of(self.book.playbook(service).playbook, alert.severity)
        return rank

    def _raise(self, incident: Incident, rank: int) -> None:
        """Make it worse where an alert says so; a severity that a person chose stays (I8)."""
        if rank < incident.rank and incident.is_live and not incident.is_rank_fixed:
            touched = self.book.touch(incident)
            touched.raised_from = touched.raised_from or incident.rank
            incident.rank = rank

    def _end(self, alert: Alert, state: str) -> None:
        alert.state, alert.ended_at, alert.held_until = state, self.at, None
        self.book.change(alert)
        if alert.incident is not None:
            self.book.touch(alert.incident).has_ended_alert = True

    def _replace(self, event: RawEvent, signal: Signal, key: AlertKey) -> None:
        alert = self.book.alerts[signal.key]
        key.closed_episode = max(key.closed_episode, alert.episode)
        self._end(alert, Alert.State.SUPERSEDED)
        self._begin(event, signal, key)

    def _replace_ended(self, event: RawEvent, signal: Signal, key: AlertKey) -> None:
        self._end(self.book.alerts[signal.key], Alert.State.SUPERSEDED)
        self._bury(event, signal, key)

    def _bury(self, event: RawEvent, signal: Signal, key: AlertKey) -> None:
        key.closed_episode = max(key.closed_episode, signal.episode or "")

    def _repeat(self, event: RawEvent, signal: Signal, key: AlertKey) -> None:
        alert = self.book.alerts[signal.key]
        alert.count += 1
        _describe(alert, event, signal)
        self.book.change(alert)
        service = self.book.service(signal.service_hint)
        if alert.incident is None:
            self._attach(alert, service, None)
        elif (rank := self._rank(service, alert)) is not None:
            self._raise(alert.incident, rank)

    def _hold(self, event: RawEvent, signal: Signal, key: AlertKey) -> None:
        alert = self.book.alerts.get(signal.key)
        if alert is None or key.resolved_at is None:
            self._begin(event, signal, key)
            return
        alert.state, alert.ended_at = Alert.State.FIRING, None
        alert.count += 1
        _describe(alert, event, signal)
        self.book.change(alert)
        if alert.incident is None or not alert.incident.is_live:
            alert.held_until = key.resolved_at + timedelta(seconds=self.source.hold_down_s)
            return
        rank = self._rank(self.book.service(signal.service_hint), alert)
        if rank is not None:
            self._raise(alert.incident, rank)

    def _resolve(self, event: RawEvent, signal: Signal, key: AlertKey) -> None:
        alert = self.book.alerts[signal.key]
        was_held = alert.held_until is not None
        self._end(alert, Alert.State.RESOLVED)
        key.closed_episode = max(key.closed_episode, alert.episode)
        if not was_held:  # a flapping alert must not hold itself down for ever
            key.resolved_at = event.received_at

    def _acknowledge(self, event: RawEvent, signal: Signal, key: AlertKey) -> None:
        incident = self.book.alerts[signal.key].incident
        if incident is not None:
            self.book.touch(incident).is_answered = True

    def _change(self, event: RawEvent, change: Change) -> Item:
        self.book.changes.append(
            ChangeEvent(
                source=self.source,
                event=event,
                occurred_at=change.occurred_at,
                summary=change.summary,
                origin=change.source[:255],
                links=[{"href": link.href, "text": link.text} for link in change.links],
                details=change.details,
            )
        )
        return {"verdict": "applied", "reason": "a change is kept and pages nobody"}


def _describe(alert: Alert, event: RawEvent, signal: Signal) -> None:
    alert.title, alert.labels = signal.title, signal.labels
    alert.severity, alert.severity_raw = signal.severity, signal.severity_raw[:128]
    alert.is_unmapped, alert.last_received_at = not signal.severity_mapped, event.received_at
