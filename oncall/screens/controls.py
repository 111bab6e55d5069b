"""The buttons of the reply page: per state exactly those of public.md 12, each with its effect."""

from dataclasses import dataclass
from datetime import tzinfo

from oncall.screens import words
from oncall.screens.contract import NextPage, ReplyScreen, ReplyState, SnoozeChoice, Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A button (with `action`, and `minutes` for a snooze) or a plain link (with `url`)."""

    label: str
    effect: str = ""
    action: str = ""
    url: str = ""
    minutes: int = 0
    icon: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """The bar: one `primary` at thumb height, a `quiet` one where nothing needs doing, the others."""

    primary: Control | None = None
    quiet: Control | None = None
    second: Control | None = None
    snooze: tuple[Control, ...] = ()
    snooze_effect: str = ""
    more: tuple[Control, ...] = ()
    help: str = ""

    @property
    def acts(self) -> bool:
        """Whether any of them changes something."""
        found = (self.primary, self.second, *self.snooze, *self.more)
        return any(control and control.action for control in found)


def controls(screen: ReplyScreen) -> Controls:
    """Return the bar of that screen. A link without a usable address is left out."""
    if screen.state is ReplyState.EXPIRED:
        return _expired(screen)
    if screen.incident is None:
        return Controls(primary=_repeat(screen))
    build = {
        ReplyState.OPEN: _open,
        ReplyState.YOURS: _yours,
        ReplyState.SNOOZED: _snoozed,
        ReplyState.PASSED: _passed,
    }.get(screen.state, _ended)
    return build(screen)


def _open(screen: ReplyScreen) -> Controls:
    return Controls(
        primary=_acknowledge("Acknowledge"),
        second=_pass(screen),
        snooze=_snooze(screen),
        snooze_effect=_snooze_effect(screen),
        more=_more(screen),
    )


def _yours(screen: ReplyScreen) -> Controls:
    return Controls(
        primary=_link("Open the incident", screen.incident_url),
        second=_give_up(screen),
        snooze=_snooze(screen),
        snooze_effect=_snooze_effect(screen),
        more=_more(screen),
    )


def _snoozed(screen: ReplyScreen) -> Controls:
    primary = _acknowledge("Acknowledge now", "The quiet time ends. You have it.")
    return Controls(primary=primary, second=_give_up(screen), more=_more(screen))


def _passed(screen: ReplyScreen) -> Controls:
    if screen.holder:
        return _ended(screen)
    return Controls(primary=_acknowledge("Acknowledge after all"))


def _ended(screen: ReplyScreen) -> Controls:
    label = "Read the timeline" if screen.state is ReplyState.OVER else "Open the incident"
    return Controls(quiet=_link(label, screen.incident_url))


def _expired(screen: ReplyScreen) -> Controls:
    return Controls(
        primary=_link("Sign in to see open incidents", screen.sign_in_url),
        help="Still being paged? Use the newest message: each carries a fresh link.",
    )


def _acknowledge(label: str, effect: str = "You take it. Paging stops for everybody.") -> Control:
    return Control(label=label, action=Verb.ACKNOWLEDGE, effect=effect, icon="tick")


def _link(label: str, url: str) -> Control | None:
    return Control(label=label, url=url) if words.web_address(url) else None


def _repeat(screen: ReplyScreen) -> Control:
    """Where nothing could be read, the press can still be repeated as it was."""
    labels = {
        Verb.PASS: "Pass to the next",
        Verb.SNOOZE: f"Snooze {screen.pressed_minutes} min",
        Verb.RESOLVE: "Resolve",
        Verb.FALSE_ALARM: "False alarm",
    }
    if screen.pressed not in labels:
        return _acknowledge("Acknowledge")
    minutes = screen.pressed_minutes if screen.pressed is Verb.SNOOZE else 0
    return Control(label=labels[screen.pressed], action=screen.pressed, minutes=minutes)


def _whom(following: NextPage | None) -> str:
    if following is None or following.is_you:
        return ""
    return words.name(following.name, "the next person")


def _pass(screen: ReplyScreen) -> Control | None:
    whom = _whom(screen.next_page)
    if not whom or screen.next_page is None:
        return None
    zone = words.zone_of(screen.zone)
    at = words.clock(screen.next_page.at, zone, seen=screen.at)
    late = screen.next_page.at <= screen.at
    effect = f"You do not take it. {whom} is paged at once{'' if late else f' instead of at {at}'}."
    return Control(label=f"Pass to {whom}", action=Verb.PASS, effect=effect, icon="pass")


def _give_up(screen: ReplyScreen) -> Control | None:
    whom = _whom(screen.next_page)
    if not whom:
        return None
    label, effect = f"I cannot take it: page {whom}", f"You let go of it. {whom} is paged at once."
    return Control(label=label, action=Verb.PASS, effect=effect)


def _snooze(screen: ReplyScreen) -> tuple[Control, ...]:
    zone = words.zone_of(screen.zone)
    return tuple(_quiet_for(choice, zone) for choice in screen.snooze_choices)


def _quiet_for(choice: SnoozeChoice, zone: tzinfo) -> Control:
    label = f"{choice.minutes} min, to {choice.until.astimezone(zone):%H:%M}"
    return Control(label=label, action=Verb.SNOOZE, minutes=choice.minutes)


def _snooze_effect(screen: ReplyScreen) -> str:
    name = words.zone_name(screen.at, words.zone_of(screen.zone))
    return f"You take it and are paged again then if it is still open. Times are {name}."


def _more(screen: ReplyScreen) -> tuple[Control, ...]:
    resolve = Control(
        label="Resolve", action=Verb.RESOLVE, effect="It works again: it is closed, paging stops."
    )
    false_alarm = Control(
        label="False alarm",
        action=Verb.FALSE_ALARM,
        effect="Nothing is wrong: it is closed, paging stops.",
    )
    offered = ((resolve, screen.may_resolve), (false_alarm, screen.may_mark_false_alarm))
    return tuple(control for control, allowed in offered if allowed)
