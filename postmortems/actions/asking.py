"""Tell people that their reading of a postmortem is asked for."""

from collections.abc import Sequence
from datetime import datetime

from core.actor import Actor
from core.models import User
from notify.channels import Message
from notify.models import Delivery
from postmortems.actions import mailing
from postmortems.letters import Letter
from postmortems.models import Postmortem, Review
from postmortems.models.postmortem import State
from postmortems.rules.words import moment

KIND = "review_asked"


def tell_reviewers(
    postmortem: Postmortem, reviewers: Sequence[User], *, by: Actor, at: datetime
) -> None:
    """Queue a mail to everybody who was just asked, but not to who asked."""
    told = mailing.without(reviewers, by)
    asked = {one.reviewer_id: one for one in postmortem.reviews.filter(reviewer__in=told)}
    for person in told:
        mailing.post([person], KIND, asked[person.pk].pk, at.isoformat(), at=at)


def review_unwanted(delivery: Delivery, at: datetime) -> str:
    """Return why a reviewer need not be asked any more, or ""."""
    review = (
        Review.objects.select_related("postmortem", "reviewer")
        .filter(pk=delivery.object_id)
        .first()
    )
    if review is None:
        return "nobody is asked any more"
    if review.verdict or review.postmortem.state != State.IN_REVIEW:
        return "the review is over"
    return "" if review.reviewer.is_active else "the person has left"


def review_message(delivery: Delivery, at: datetime) -> Message:
    """Return the request to read a postmortem."""
    review = Review.objects.select_related("postmortem__incident__service", "asked_by").get(
        pk=delivery.object_id
    )
    postmortem, incident = review.postmortem, review.postmortem.incident
    due = postmortem.reviewed_by or postmortem.published_by
    asker = review.asked_by.display_name if review.asked_by else "Somebody"
    letter = Letter(
        subject=f"Please review: {incident.label}, {incident.title}",
        to=f"To {mailing.recipient(delivery).display_name}",
        label="Review",
        heading=incident.title,
        paragraphs=(
            f"{asker} asks you to read what was learned from {incident.label} on {incident.service.name}.",
            "Say that you agree, or what should change. Approval waits while somebody asks for changes.",
        ),
        rows=[("Incident", incident.label), ("By", moment(due) if due else "")],
        button=("Open the postmortem", mailing.staff_url(f"postmortem/{postmortem.pk}/change/")),
        footer=("You get this because you were named as a reviewer.",),
    )
    thread = f"postmortem-{postmortem.pk}"
    return mailing.message(delivery, letter, event="postmortem.review_asked", thread=thread, at=at)
