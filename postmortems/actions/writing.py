"""Write a postmortem: sections with their version, newer timeline lines, factors, kept sentences, its facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction

from core.actor import Actor
from core.errors import Conflict, Invalid, NotFound, NotPossible
from core.models import User
from incidents.playbook.learning import LanguageRule
from postmortems.actions import filling, shelf
from postmortems.actions.reading import names_of_people
from postmortems.models import Factor, KeptPhrase, Postmortem, Section
from postmortems.models.postmortem import LONGEST_SECTION
from postmortems.rules import language

EDIT = "postmortems.edit"
SHORTEST_REASON = 10
LONGEST_FACTOR = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding stands: the key of its section, its rule, the sentence that it quotes."""

    section: str
    rule: str
    quote: str


def save_section(
    postmortem_id: int, key: str, text: str, *, version: int, by: Actor, at: datetime
) -> Section:
    """Store a section's text over the version that the writer saw, 0 for whatever is there. Unchanged text changes nothing.

    Raises Conflict (with both texts in `extra`) when somebody saved meanwhile, NotFound, NotAllowed,
    NotPossible (the texts stand), Invalid (too long).
    """
    text = text.replace("\r\n", "\n").strip()
    if len(text) > LONGEST_SECTION:
        raise Invalid.field(
            f"/sections/{key}", f"A section has at most {LONGEST_SECTION} characters.", "too_long"
        )
    with transaction.atomic():
        postmortem = shelf.take(postmortem_id, EDIT, by=by, to_write=True)
        section = _section(postmortem, key)
        if text == section.text:
            return section
        if version not in (0, section.version):
            raise _conflict(section, text)
        _store(postmortem, section, text, by=by, at=at)
        return section


def _section(postmortem: Postmortem, key: str) -> Section:
    rows = postmortem.sections.select_for_update(no_key=True, of=("self",))
    found = rows.select_related("edited_by").filter(key=key).first()
    if found is None:
        raise NotFound(f"{postmortem} has no section {key}.")
    found.postmortem = postmortem
    return found


def _conflict(section: Section, text: str) -> Conflict:
    who = section.edited_by.display_name if section.edited_by else "Watchbill"
    extra = {
        "section": section.key, "version": section.version, "stored": section.text, "yours": text,
    }  # fmt: skip
    return Conflict(
        f"{who} saved “{section.title}” meanwhile. Both texts are kept; put them together, and save again.",
        extra=extra,
    )


def _store(postmortem: Postmortem, section: Section, text: str, *, by: Actor, at: datetime) -> None:
    section.text, section.edited_at, section.edited_by = text, at, by.user
    section.version += 1
    section.save(update_fields=["text", "taken", "edited_at", "edited_by", "version"])
    shelf.put_back(postmortem)


def take_newer_lines(postmortem_id: int, *, by: Actor, at: datetime) -> int:
    """Add the timeline lines that are not in the timeline section yet; return how many.

    What nobody has edited is filled anew instead, in order. Nothing that was written is lost.
    """
    with transaction.atomic():
        postmortem = shelf.take(postmortem_id, EDIT, by=by, to_write=True)
        rows = postmortem.sections.select_for_update(no_key=True, of=("self",))
        section = rows.filter(filled_from="timeline").first()
        if section is None:
            raise NotPossible(f"{postmortem} has no section for the timeline.")
        newer = filling.newer_lines(postmortem.incident, section.taken)
        if not newer:
            return 0
        if section.is_untouched:
            content = filling.filled(postmortem.incident, "timeline")
            section.text, section.taken = content.text, list(content.taken)
            section.version += 1
            section.save(update_fields=["text", "taken", "version"])
            shelf.put_back(postmortem)
        else:
            section.taken = [*section.taken, *(line.pk for line in newer)]
            joined = f"{section.text}\n{filling.as_list(newer)}"
            _store(postmortem, section, joined.strip(), by=by, at=at)
        return len(newer)


def keep_phrase(
    postmortem_id: int, place: Place, *, reason: str, by: Actor, at: datetime
) -> KeptPhrase:
    """Let a sentence stand although a rule finds fault with it (AC-G5); once the sentence changes it is asked anew.

    Done twice, the first reason stays.
    Raises Invalid (a reason of at least 10 characters), NotFound (no such finding).
    """
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise Invalid.field(
            "/reason", f"Say in at least {SHORTEST_REASON} characters why it stays.", "required"
        )
    with transaction.atomic():
        postmortem = shelf.take(postmortem_id, EDIT, by=by, to_write=True)
        section = _section(postmortem, place.section)
        _finding(postmortem, section, place)
        shelf.put_back(postmortem)
        kept, _is_new = KeptPhrase.objects.get_or_create(
            section=section,
            digest=sha256(f"{place.rule}\0{place.quote}".encode()).hexdigest(),
            defaults={
                "rule": place.rule,
                "quote": place.quote,
                "reason": reason,
                "kept_at": at,
                "kept_by": by.user,
            },
        )
        return kept


def use_sentence(
    postmortem_id: int, place: Place, *, instead: str, by: Actor, at: datetime
) -> Section:
    """Replace a phrase by one of its rule's proposals. Raises NotFound when the finding or proposal is gone."""
    with transaction.atomic():
        postmortem = shelf.take(postmortem_id, EDIT, by=by, to_write=True)
        section = _section(postmortem, place.section)
        found = _finding(postmortem, section, place)
        if instead not in found.instead:
            raise NotFound("This rule has no such proposal.")
        _store(postmortem, section, language.rewritten(section.text, found, instead), by=by, at=at)
        return section


def _finding(postmortem: Postmortem, section: Section, place: Place) -> language.Finding:
    rules: tuple[LanguageRule, ...] = postmortem.playbook.playbook.language
    for found in language.findings(section.text, rules, names_of_people()):
        if (found.rule, found.quote) == (place.rule, place.quote):
            return found
    raise NotFound("This sentence has changed meanwhile; look again.")


def add_factor(postmortem_id: int, text: str, *, by: Actor, at: datetime) -> Factor:
    """Add a contributing factor at the end. Raises Invalid for none or too long a text."""
    text = _factor_text(text)
    with transaction.atomic():
        postmortem = shelf.take(postmortem_id, EDIT, by=by, to_write=True)
        last = postmortem.factors.order_by("position").last()
        shelf.put_back(postmortem)
        return Factor.objects.create(
            postmortem=postmortem, position=last.position + 1 if last else 1, text=text
        )


def change_factor(
    postmortem_id: int, position: int, text: str, *, by: Actor, at: datetime, seen: str = ""
) -> Factor:
    """Word a factor anew. `seen`: what it said to the writer, "" for whatever is there. Raises Conflict, NotFound, Invalid."""
    text = _factor_text(text)
    with transaction.atomic():
        postmortem = shelf.take(postmortem_id, EDIT, by=by, to_write=True)
        factor = _factor(postmortem, position)
        if factor.text != text:
            _refuse_unseen(factor, seen)
            factor.text = text
            factor.save(update_fields=["text"])
            shelf.put_back(postmortem)
        return factor


def remove_factor(
    postmortem_id: int, position: int, *, by: Actor, at: datetime, seen: str = ""
) -> None:
    """Take a factor away; those behind it move up. `seen`: as of `change_factor`.

    Raises Conflict, NotFound, NotPossible while actions answer it.
    """
    with transaction.atomic():
        postmortem = shelf.take(postmortem_id, EDIT, by=by, to_write=True)
        factor = _factor(postmortem, position)
        _refuse_unseen(factor, seen)
        if factor.actions.exists():
            raise NotPossible(f"Actions answer factor {position}; give them another factor first.")
        factor.delete()
        for behind in postmortem.factors.filter(position__gt=position).order_by("position"):
            behind.position -= 1
            behind.save(update_fields=["position"])
        shelf.put_back(postmortem)


def _refuse_unseen(factor: Factor, seen: str) -> None:
    """Raise Conflict where the number stands for other words by now: reworded, or another has moved up."""
    if seen not in ("", factor.text):
        raise Conflict(
            f"Somebody changed the factors meanwhile. Factor {factor.position} says now: “{factor.text}”"
        )


def _factor(postmortem: Postmortem, position: int) -> Factor:
    found = postmortem.factors.filter(position=position).first()
    if found is None:
        raise NotFound(f"{postmortem} has no factor {position}.")
    return found


def _factor_text(text: str) -> str:
    line = " ".join(text.split())
    if not 1 <= len(line) <= LONGEST_FACTOR:
        raise Invalid.field(
            "/text", f"Write a factor of 1 to {LONGEST_FACTOR} characters.", "required"
        )
    return line


def change_facts(
    postmortem_id: int, facts: Mapping[str, Any], *, by: Actor, at: datetime, seen: Mapping[str, Any] | None = None
) -> Postmortem:  # fmt: skip
    """Change `owner` (a User or None), `meeting_at`, `is_public` or `public_text`; others are not facts.

    The text for the status page and whether it shows may change at any time, also after publication.
    `seen`: facts as the writer knew them. Raises Conflict when one of them is another by now, Invalid for an
    owner who has left, and for showing an empty text.
    """
    with transaction.atomic():
        postmortem = shelf.take(postmortem_id, EDIT, by=by)
        if any(getattr(postmortem, name) != known for name, known in (seen or {}).items()):
            raise Conflict("Somebody saved this meanwhile. Look at it, and save again.")
        changed = [
            name for name in _FACTS if name in facts and getattr(postmortem, name) != facts[name]
        ]
        for name in changed:
            setattr(postmortem, name, facts[name])
        owner = postmortem.owner
        if isinstance(owner, User) and "owner" in changed and not owner.is_active:
            raise Invalid.field("/owner", f"{owner.display_name} has left; choose somebody else.")
        if postmortem.is_public and not postmortem.public_text.strip():
            raise Invalid.field(
                "/public_text", "Write the text for the status page before it shows.", "required"
            )
        if changed:
            shelf.put_back(postmortem, *changed)
        if "owner" in changed:
            name = owner.display_name if owner else "nobody"
            shelf.tell(postmortem, f"owned by {name}", by=by, at=at)
        return postmortem


_FACTS = ("owner", "meeting_at", "is_public", "public_text")
