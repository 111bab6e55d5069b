"""What a responder sees at three in the morning: the reply page and the mails, from plain data."""

from oncall.screens.contract import (
    ClearedMail,
    Duty,
    Ending,
    IncidentFacts,
    Link,
    LostRace,
    NextPage,
    NoticeMail,
    PageMail,
    ReplyScreen,
    ReplyState,
    SnoozeChoice,
    Verb,
)
from oncall.screens.mails import cleared_mail, notice_mail, page_mail
from oncall.screens.reply import ReplyPage, render_reply, reply_page

__all__ = [
    "ClearedMail",
    "Duty",
    "Ending",
    "IncidentFacts",
    "Link",
    "LostRace",
    "NextPage",
    "NoticeMail",
    "PageMail",
    "ReplyPage",
    "ReplyScreen",
    "ReplyState",
    "SnoozeChoice",
    "Verb",
    "cleared_mail",
    "notice_mail",
    "page_mail",
    "render_reply",
    "reply_page",
]
