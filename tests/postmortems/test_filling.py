"""What stands in a postmortem before anyone types: the incident's own facts, once, computed (AC-G3, R230)."""

from datetime import timedelta

from incidents import actions as incidents
from incidents.actions import story
from postmortems.actions import filling, writing
from postmortems.models import Postmortem
from tests.factories import NINE, AService, somebody
from tests.postmortems.scenes import HOSTILE, an_incident, commander, minutes, resolved


def text_of(incident: object, key: str) -> str:
    text: str = Postmortem.objects.get(incident=incident).sections.get(key=key).text
    return text


def test_the_sections_are_the_playbooks_in_its_order():
    incident = resolved(an_incident(2))
    sections = Postmortem.objects.get(incident=incident).sections.all()

    named = incident.playbook.playbook.postmortems.sections
    assert [(s.key, s.title, s.help, s.is_required) for s in sections] == [
        (one.key, one.title, one.help, one.required) for one in named
    ]


def test_the_summary_says_what_the_incident_is_called():
    incident = an_incident(
        2, title="Codes are late", description="Mail waits.", service=AService(name="auth")
    )
    resolved(incident)

    assert text_of(incident, "summary") == (
        "SEV-2 on auth: Codes are late.\n\nMail waits.\n\nOpened Mon 23 Nov 2026, 09:00 UTC, resolved 1 h later."
    )


def test_figures_come_from_the_milestones():
    incident = an_incident(2)
    incidents.mark(incident.pk, "impact_started", at=minutes(-10))
    incidents.mark(incident.pk, "alerted", at=minutes(-2))
    incidents.move(incident.pk, "acknowledge", by=somebody(), at=minutes(1))
    incidents.mark(incident.pk, "restored", at=minutes(30))
    resolved(incident)

    assert text_of(incident, "impact") == (
        "- From Mon 23 Nov 2026, 08:50 UTC to Mon 23 Nov 2026, 10:00 UTC\n"
        "- Time to acknowledge: 3 min\n"
        "- Time to mitigate: 1 h 2 min (inferred)\n"
        "- Time to restore: 32 min\n"
        "- Duration of impact: 40 min"
    )


def test_the_timeline_tells_what_happened_in_order_with_who():
    incident, mara = an_incident(2), commander()
    by = somebody(first_name="Leila", last_name="Haddad")
    incidents.note(incident.pk, "The queue grows", by=by, at=minutes(20), happened_at=minutes(5))
    incidents.assign_role(incident.pk, "commander", mara, by=by, at=minutes(10))
    incidents.suppose(incident.pk, "The disk is full", by=by, at=minutes(11))
    incidents.decide(incident.pk, "Roll back", by=by, at=minutes(12))
    resolved(incident)

    lines = text_of(incident, "timeline").splitlines()
    assert lines[1:5] == [
        "- **09:05** The queue grows (Leila Haddad)",
        "- **09:10** Commander: Mara Lindqvist (Leila Haddad)",
        "- **09:11** Hypothesis: The disk is full (Leila Haddad)",
        "- **09:12** Decision: Roll back (Leila Haddad)",
    ]


def test_that_nobody_could_be_reached_is_told():
    incident = an_incident(2)
    lost = "Nobody on this policy could be reached"
    incidents.tell(incident.pk, "unreached", lost, by=somebody(), at=minutes(1))
    resolved(incident)

    assert lost in text_of(incident, "timeline")


def test_of_the_roles_the_change_of_command_alone_is_told():
    incident = an_incident(2)
    for role in ("comms", "commander"):
        incidents.assign_role(incident.pk, role, commander(), by=somebody(), at=minutes(1))
    resolved(incident)

    assert "Commander: Mara Lindqvist" in text_of(incident, "timeline")
    assert text_of(incident, "timeline").count("Mara Lindqvist") == 1


def test_noise_of_the_pager_is_left_out():
    incident = an_incident(2)
    incidents.tell(incident.pk, "page", "Paged Leila", by=somebody(), at=minutes(1))
    resolved(incident)

    assert "Paged" not in text_of(incident, "timeline")


def test_pinned_lines_alone_are_the_timeline():
    incident = an_incident(2)
    pinned = story.line(incident, "page", "This one counts", by=somebody(), at=minutes(1))
    pinned.pinned_at, pinned.pinned_by = NINE, commander()
    story.save([pinned])
    incidents.note(incident.pk, "Not this one", by=somebody(), at=minutes(2))
    resolved(incident)

    assert text_of(incident, "timeline").count("\n") == 0
    assert "This one counts" in text_of(incident, "timeline")


def test_over_several_days_every_line_has_its_date():
    incident = an_incident(2)
    incidents.note(incident.pk, "Next day", by=somebody(), at=NINE + timedelta(days=1))
    resolved(incident, at=NINE + timedelta(days=1, hours=1))

    assert "- **Mon 23 Nov 2026 09:00**" in text_of(incident, "timeline")
    assert "- **Tue 24 Nov 2026 09:00** Next day" in text_of(incident, "timeline")


def test_a_very_long_timeline_is_cut_with_a_count():
    incident = an_incident(2)
    note = [
        story.line(incident, "note", f"Line {n}", by=somebody(), at=minutes(1)) for n in range(300)
    ]
    story.save(note)
    resolved(incident)

    assert text_of(incident, "timeline").splitlines()[-1] == "- 102 more lines on the incident"


def test_markdown_in_a_line_is_only_text():
    incident = an_incident(2, title=HOSTILE)
    incidents.note(incident.pk, f"# Not a heading\n\n{HOSTILE}", by=somebody(), at=minutes(1))
    resolved(incident)

    text = text_of(incident, "timeline")
    assert r"\<script>" in text
    assert r"\[x\](javascript" in text
    assert "\u202e" not in text
    assert all(line.startswith("- **") for line in text.splitlines())


def test_earlier_ones_of_the_same_failure_are_related():
    service = AService(playbook_slug="imag")
    past = resolved(an_incident(2, service=service), at=minutes(10))
    incident = resolved(an_incident(2, service=service, at=minutes(20)), at=minutes(60))

    assert text_of(incident, "related") == (
        f"- Mon 23 Nov 2026: {past.label} Sign-in codes arrive late, SEV-2"
    )


def test_newer_lines_are_counted_and_taken_by_one_press():
    incident = resolved(an_incident(2))
    postmortem = Postmortem.objects.get(incident=incident)
    writing.save_section(
        postmortem.pk, "timeline", "Mine", version=1, by=somebody(), at=minutes(61)
    )
    incidents.note(incident.pk, "Written down later", by=somebody(), at=minutes(62))
    section = postmortem.sections.get(key="timeline")

    assert len(filling.newer_lines(incident, section.taken)) == 1

    assert writing.take_newer_lines(postmortem.pk, by=somebody(), at=minutes(63)) == 1
    section.refresh_from_db()
    assert section.text.startswith("Mine\n- **10:02** Written down later")
    assert writing.take_newer_lines(postmortem.pk, by=somebody(), at=minutes(64)) == 0


def test_an_unedited_timeline_is_told_anew_in_order():
    incident = resolved(an_incident(2))
    postmortem = Postmortem.objects.get(incident=incident)
    incidents.note(
        incident.pk, "Came before", by=somebody(), at=minutes(62), happened_at=minutes(30)
    )

    writing.take_newer_lines(postmortem.pk, by=somebody(), at=minutes(63))

    lines = text_of(incident, "timeline").splitlines()
    assert "Came before" in lines[-2]
