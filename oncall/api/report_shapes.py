"""What the API says of load and pay, field by field."""

from core.api.shapes import Piece, Shape, day, flag, many, maybe, moment, named, needed, text, whole
from oncall.api.quality_shapes import NUMBER
from oncall.api.shapes import NINE, TEN
from oncall.models import PayRate
from oncall.rota import CLASSES

MONEY: Piece = {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$"}
RATE = Shape(
    "PayLine",
    {
        "plan_from": day("From when on the plan holds that it comes from."),
        "seat": text(one_of=PayRate.Seat.values),
        "per": text(one_of=PayRate.Per.values),
        "class": maybe(text("null: of all hours.", one_of=CLASSES)),
        "rate": {**MONEY, "description": "Money, or hours off, for each."},
        "minutes": whole("What it is paid for.", 0),
        "units": {**MONEY, "description": "The same in hours, days or weeks, to four digits; reckoned exactly."},
        "amount": maybe({**MONEY, "description": "Rounded once, half up, to the smallest coin; null: it gives hours off."}),
        "minutes_off": whole("", 0),
    },
    example={
        "plan_from": "2026-01-01", "seat": "primary", "per": "week", "class": None, "rate": "500.00", "minutes": 10080,
        "units": "1.00", "amount": "500.00", "minutes_off": 0,
    },
)  # fmt: skip
BONUS = Shape(
    "PayBonus",
    {
        "incident": whole("Its number.", 1),
        "severity": text("In its playbook's word."),
        "resolved_at": moment("The first time."),
        "amount": MONEY,
    },
    example={"incident": 2041, "severity": "SEV-1", "resolved_at": NINE, "amount": "150.00"},
)
OFF = Shape(
    "PayTimeOff",
    {
        "incident": whole("Its number.", 1),
        "start": moment("Of the first deed of the effort."),
        "end": moment("Of the last one."),
        "minutes_after_hours": whole("At least the plan's least, each minute once.", 0),
        "minutes_off": whole("", 0),
    },
    example={"incident": 2041, "start": NINE, "end": TEN, "minutes_after_hours": 60, "minutes_off": 90},
)  # fmt: skip
SHIFT = Shape(
    "CountedShift",
    {
        "schedule": text("A slug."),
        "seat": text(one_of=PayRate.Seat.values),
        "start": moment("As served; it may begin before the period."),
        "end": moment(),
        "minutes": named(whole("", 0), "What of it counted, by class."),
    },
    example={"schedule": "shop", "seat": "primary", "start": NINE, "end": TEN, "minutes": {"business": 480, "night": 540}},
)  # fmt: skip
_STATEMENT: dict[str, Piece | Shape] = {
    "team": text("A slug."),
    "currency": maybe(text("ISO 4217; null: no plan was in force.")),
    "minutes": whole("Time on call.", 0),
    "lines": many(RATE),
    "bonuses": many(BONUS),
    "times_off": many(OFF),
    "shifts": many(SHIFT, "What the time on call was."),
    "on_call": {**MONEY, "description": "The sum of the lines."},
    "bonus": {**MONEY, "description": "The sum of the bonuses."},
    "total": MONEY,
    "minutes_off": whole("By rates and for incidents.", 0),
}
STATEMENT = Shape(
    "PayStatement",
    _STATEMENT,
    example={
        "team": "shop", "currency": "EUR", "minutes": 10080, "lines": [dict(RATE.example)], "bonuses": [dict(BONUS.example)],
        "times_off": [dict(OFF.example)], "shifts": [dict(SHIFT.example)], "on_call": "500.00", "bonus": "150.00",
        "total": "650.00", "minutes_off": 90,
    },
)  # fmt: skip
PERSON = Shape(
    "LoadAndPay",
    {
        "user": text(),
        "time_zone": text("Whose days, hours and holidays count."),
        "minutes": named(whole("", 0), f"On call, by class: {', '.join(CLASSES)}."),
        "pages": whole("", 0),
        "pages_after_hours": whole("", 0),
        "burden": {**NUMBER, "description": "All of it as one number: business hours that would weigh as much."},
        "statements": maybe(many(STATEMENT, "Of the teams whose pay you may see; null: of none.")),
    },
    example={
        "user": "ines", "time_zone": "Europe/Oslo", "minutes": {"business": 2400, "night": 2700}, "pages": 3,
        "pages_after_hours": 1, "burden": 136.0, "statements": [dict(STATEMENT.example)],
    },
)  # fmt: skip
_SIGNED: Piece = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
MOVED = Shape(
    "MovedFigure",
    {
        "user": maybe(text("null: of somebody who is gone.")),
        "currency": text("ISO 4217."),
        "what": text("The line: a rate with its plan, a bonus, or time off for an incident."),
        "paid": {**MONEY, "description": "What it was when it was marked as paid."},
        "now": MONEY,
        "more": {**_SIGNED, "description": "By how much it moved."},
        "minutes_off_paid": whole("", 0),
        "minutes_off_now": whole("", 0),
    },
    example={
        "user": "ines", "currency": "EUR", "what": "bonus for INC-2041", "paid": "0", "now": "150.00", "more": "150.00",
        "minutes_off_paid": 0, "minutes_off_now": 0,
    },
)  # fmt: skip
_PAID: dict[str, Piece | Shape] = {
    "at": moment("When it was marked as paid last."),
    "by": maybe(text("By whom.")),
}
LAST_PAID = Shape(
    "LastPaid",
    {
        **_PAID,
        "moved": many(MOVED, "What you may see of the figures that are others now: what was corrected since."),
        "more": named(_SIGNED, "By how much all of it moved, by currency."),
    },
    example={"at": NINE, "by": "mona", "moved": [dict(MOVED.example)], "more": {"EUR": "150.00"}},
)  # fmt: skip
_PERIOD = {"from": "2026-10-01", "to": "2026-10-31"}
NEW_PAID = Shape(
    "MarkPaid",
    {"team": needed("A slug.", longest=50), "from": day(), "to": day("Included.")},
    example={"team": "shop", **_PERIOD},
)
PAID = Shape(
    "PaidPeriod",
    {"team": text("A slug."), "from": day(), "to": day("Included."), **_PAID},
    example={"team": "shop", **_PERIOD, "at": NINE, "by": "mona"},
)
_REPORT: dict[str, Piece | Shape] = {
    "from": day(),
    "to": day("Included."),
    "team": maybe(text("A slug; null: all.")),
    "paid": flag("Whether a team of it has a pay plan."),
    "ledger_to": maybe(moment("Where what was served is not written down to the end of the period yet.")),
    "evenness": {**NUMBER, "description": "Jain's index of the burdens: 1 is even."},
    "max_to_min": maybe({**NUMBER, "description": "The largest burden over the smallest; null: somebody bears nothing."}),
    "totals": named(MONEY, "What you may see, by currency."),
    "last_paid": maybe(LAST_PAID),
    "people": many(PERSON, "By name."),
}  # fmt: skip
REPORT = Shape(
    "LoadAndPayReport",
    _REPORT,
    example={
        "from": "2026-10-01", "to": "2026-10-31", "team": "shop", "paid": True, "ledger_to": None, "evenness": 0.93,
        "max_to_min": 1.8, "totals": {"EUR": "650.00"}, "last_paid": None, "people": [dict(PERSON.example)],
    },
)  # fmt: skip
