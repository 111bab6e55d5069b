"""One night at Northwind Books, as plain data: Sun 22 Nov 2026, Oslo, INC-2041."""

from dataclasses import replace
from datetime import UTC, datetime

from oncall.screens import (
    ClearedMail,
    Duty,
    Ending,
    IncidentFacts,
    Link,
    NextPage,
    NoticeMail,
    PageMail,
    ReplyScreen,
    ReplyState,
    SnoozeChoice,
    words,
)


def night(hour: int, minute: int, second: int = 0, *, day: int = 22) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC)


OSLO = words.zone_of("Europe/Oslo")
HOSTILE = '<script>alert("x")</script>\r\nBcc: a@b\u202egnp.exe\u2066\x00\u2028' + "y" * 1024
INCIDENT = IncidentFacts(
    number="INC-2041",
    title="Card payments failing",
    rank=1,
    code="SEV-1",
    since=night(1, 58),
    where="Payments, production",
    cause="Error rate 38 % (limit 5 %).",
)
OPEN = ReplyScreen(
    state=ReplyState.OPEN,
    at=night(2, 1, 51),
    zone="Europe/Oslo",
    person="Robin",
    incident=INCIDENT,
    paged_at=night(2, 1),
    duty=Duty(schedule="Payments", until=night(8, 0, day=23), step=1, steps=3),
    next_page=NextPage("Mika", night(2, 6)),
    snooze_choices=(SnoozeChoice(15, night(2, 18)), SnoozeChoice(60, night(3, 3))),
    may_resolve=True,
    runbook=Link("Switch-over", "https://wiki.example/rb"),
    incident_url="https://wb.example/admin/incident/2041",
    sign_in_url="https://wb.example/admin/",
)
YOURS = replace(OPEN, state=ReplyState.YOURS, at=night(2, 4), acknowledged_at=night(2, 3))
TAKEN = replace(YOURS, state=ReplyState.TAKEN, holder="Mika", acknowledged_at=night(2, 2))
PASSED = replace(
    OPEN,
    state=ReplyState.PASSED,
    at=night(2, 4),
    passed_to="Mika",
    passed_at=night(2, 3),
    next_page=NextPage("the incident lead", night(2, 8)),
)
SNOOZED = replace(OPEN, state=ReplyState.SNOOZED, at=night(2, 4), snoozed_until=night(2, 18))
OVER = replace(
    OPEN,
    state=ReplyState.OVER,
    at=night(3, 0),
    ending=Ending(at=night(2, 41), by="Mika", cause="Card processor fault"),
)
EXPIRED = ReplyScreen(
    state=ReplyState.EXPIRED,
    at=night(9, 0, day=23),
    zone="Europe/Oslo",
    expires_at=night(2, 1, day=23),
    sign_in_url="https://wb.example/admin/",
)
UNREAD = ReplyScreen(state=ReplyState.OPEN, at=night(2, 2), saved=False)
STATES = {
    "open": OPEN,
    "yours": YOURS,
    "taken": TAKEN,
    "passed": PASSED,
    "snoozed": SNOOZED,
    "over": OVER,
    "expired": EXPIRED,
    "unread": UNREAD,
}
PAGE = PageMail(
    incident=INCIDENT,
    person="Robin",
    reply_url="https://wb.example/r/3fK9mQ2xV7bNcR4tYwZa81",
    sent_at=night(2, 1),
    zone="Europe/Oslo",
    address="robin@example.com",
    duty=OPEN.duty,
    next_page=OPEN.next_page,
    expires_at=night(2, 1, day=23),
)
CLEARED = ClearedMail(
    incident=INCIDENT,
    person="Robin",
    page_subject="[SEV-1] Card payments failing, INC-2041: answer by 03:06 CET",
    ended_at=night(2, 20),
    zone="Europe/Oslo",
    holder="Mika",
    held_from=night(2, 2),
    incident_url="https://wb.example/admin/incident/2041",
)
NOTICE = NoticeMail(
    subject="Nobody could be reached: Card payments failing, INC-2041",
    label="Nobody reachable",
    tone="bad",
    heading="Card payments failing",
    person="Ines",
    paragraphs=("Nobody on call for Payments could be reached.",),
    facts=(("Incident", "INC-2041"), ("Tried", "Robin, Mika")),
    link=Link("Open the incident", "https://wb.example/admin/incident/2041"),
    why="You get this because you are an administrator.",
)
