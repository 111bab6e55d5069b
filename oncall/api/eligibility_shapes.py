"""What the API of eligibility says and takes, field by field."""

from core.api.shapes import Shape, day, flag, many, maybe, text, whole
from oncall.actions.eligibility import MOST_SHADOWED

ASKED = Shape(
    "EligibilityRule",
    {
        "onboarded_days": whole("0: not asked.", 0),
        "shadowed_shifts": whole("0: not asked.", 0),
        "access": flag("Whether production access is asked for."),
        "monitoring": flag("Whether knowing the monitoring is asked for."),
        "training": flag("Whether the incident training is asked for."),
    },
    example={
        "onboarded_days": 30, "shadowed_shifts": 2, "access": True, "monitoring": True, "training": True,
    },
)  # fmt: skip
DONE = Shape(
    "EligibilityMark",
    {"on": maybe(day()), "by": maybe(text("Who noted it: a username."))},
    example={"on": "2026-11-02", "by": "mona"},
)
_NOT_YET = {"on": None, "by": None}
ELIGIBILITY = Shape(
    "Eligibility",
    {
        "username": text(),
        "kept": flag("Whether anything is noted; of whom nothing is, only a playbook that asks judges."),
        "onboarded": DONE,
        "access": DONE,
        "monitoring": DONE,
        "training": DONE,
        "shadowed": whole("Shifts shadowed to the end, as the ledger counts them.", 0),
        "shadowed_elsewhere": whole("Shifts shadowed before they were counted here.", 0),
        "rule": ASKED,
        "asked": flag("Whether a playbook in force asks for it; otherwise the rule is the guides'."),
        "eligible": flag("Now. It never decides who is paged."),
        "missing": many(text(), "What is missing, as sentences."),
    },
    example={
        "username": "nia", "kept": True, "onboarded": dict(DONE.example), "access": dict(DONE.example),
        "monitoring": dict(DONE.example), "training": _NOT_YET, "shadowed": 1, "shadowed_elsewhere": 0,
        "rule": dict(ASKED.example), "asked": True, "eligible": False,
        "missing": ["Shadowed 1 of 2 shifts.", "The incident training is not confirmed."],
    },
)  # fmt: skip
CHANGED_ELIGIBILITY = Shape(
    "EligibilityChange",
    {
        "onboarded_on": maybe(day("The first day of the onboarding.")),
        "access_on": maybe(day()),
        "monitoring_on": maybe(day()),
        "training_on": maybe(day("When the incident training was completed.")),
        "shadowed_elsewhere": whole("", 0, MOST_SHADOWED),
    },
    optional=frozenset({"onboarded_on", "access_on", "monitoring_on", "training_on", "shadowed_elsewhere"}),
    example={"onboarded_on": "2026-11-02", "training_on": None},
)  # fmt: skip
