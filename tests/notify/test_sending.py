"""From the outbox to the wire and back: leases, proofs, retries, and nothing lost (reliability 6.3)."""

from email import message_from_bytes
from email.message import Message as Mail

import pytest

from core.secrets import encrypt
from notify import actions as notify
from notify import signing
from notify.models import Delivery, DeliveryAttempt, KeptMail
from oncall.models import ContactMethod, Page
from tests.factories import NINE
from tests.pager import Pager, a_person, policy, told
from tests.servers import Answer, HttpServer, SmtpServer

pytestmark = pytest.mark.django_db


def mails(server: SmtpServer) -> list[Mail]:
    return [message_from_bytes(bytes(envelope.content)) for envelope in server.mails]


def words(mail: Mail) -> str:
    return next(
        part.get_payload(decode=True).decode()
        for part in mail.walk()
        if part.get_content_type() == "text/plain"
    )


def outcomes() -> list[str]:
    return list(DeliveryAttempt.objects.order_by("pk").values_list("outcome", flat=True))


def waits(pager: Pager) -> list[float]:
    """Let every retry come and return how long each waited, in seconds."""
    found = []
    while (row := Delivery.objects.order_by("pk").first()).state == "pending":
        found.append((row.not_before - pager.clock.now).total_seconds())
        pager.forward(seconds=found[-1])
    return found


def test_a_page_is_sent_with_proof(pager: Pager, post: SmtpServer) -> None:
    policy((300, [a_person("ana")]))

    pager.opens(title="Checkout is failing")

    row = Delivery.objects.get()
    assert (row.state, row.sent_at, row.attempts) == ("sent", NINE, 1)
    assert "accepted by 127.0.0.1 (250)" in row.proof
    assert row.lease_token is None
    assert "Checkout is failing" in mails(post)[0]["Subject"]
    assert outcomes() == ["sent"]
    assert not KeptMail.objects.exists()
    assert ContactMethod.objects.get().last_ok_at == NINE


def test_a_temporary_refusal_is_tried_again_after_5_15_and_45_seconds(
    pager: Pager, post: SmtpServer
) -> None:
    post.behaves("rcpt", "451 4.3.0 later")
    policy((3000, [a_person("ana")]))
    incident = pager.opens()

    assert waits(pager) == [5, 15, 45]

    assert outcomes() == ["failed"] * 4
    assert told(incident, "unreached")[0] == (
        "The page to ana by email did not leave: The mail server refused the recipient (451 4.3.0)."
    )


def test_a_retry_carries_the_same_id_in_the_same_thread_and_says_that_it_may_be_one(
    pager: Pager, post: SmtpServer
) -> None:
    post.behaves("data", "451 4.3.0 later")
    policy((300, [a_person("ana")]))
    pager.opens()
    post.behaviour.clear()

    pager.forward(seconds=5)

    first, second = mails(post)
    assert first["Message-ID"] == second["Message-ID"]
    assert "may be a repeat" not in words(first)
    assert "may be a repeat" in words(second)
    assert outcomes() == ["failed", "sent"]


def test_a_final_refusal_is_not_repeated_and_hurries_the_next_step(
    pager: Pager, post: SmtpServer
) -> None:
    ana, bob = a_person("ana"), a_person("bob", contact="")
    ContactMethod.objects.create(
        responder=bob.responder, channel="console", address="bob", verified_at=NINE
    )
    post.behaves("rcpt", "550 5.1.1 nobody here")
    policy((3000, [ana]), (3000, [bob]))

    pager.opens()

    assert list(Delivery.objects.order_by("pk").values_list("state", flat=True)) == [
        "failed",
        "sent",
    ]


def test_a_late_failure_hurries_nothing_that_has_gone_on(pager: Pager, post: SmtpServer) -> None:
    ana, bob = a_person("ana"), a_person("bob", contact="")
    ContactMethod.objects.create(
        responder=bob.responder, channel="console", address="bob", verified_at=NINE
    )
    post.behaves("rcpt", "451 4.3.0 later")
    policy((10, [ana]), (600, [bob]))
    pager.opens()

    for _ in range(20):
        pager.forward(seconds=5)

    assert Page.objects.filter(user=ana).count() == 1
    assert Page.objects.filter(user=bob).count() == 1


def test_addresses_that_all_refuse_do_not_chase_the_steps_for_ever(
    pager: Pager, post: SmtpServer
) -> None:
    a_person("root", user__group="Administrator")
    policy((300, [a_person("ana")]), (300, [a_person("bob")]))
    post.behaves("rcpt", "550 5.1.1 nobody here")

    incident = pager.opens()

    assert Page.objects.count() == 3
    assert Page.objects.filter(is_fallback=True, user__username="root").exists()
    assert any(line.startswith("Nobody on this policy") for line in told(incident, "unreached"))
    pager.minutes(10)
    assert Page.objects.count() == 9


def test_one_of_two_addresses_is_enough(pager: Pager, post: SmtpServer) -> None:
    ana = a_person("ana")
    ContactMethod.objects.create(
        responder=ana.responder, channel="console", address="ana", verified_at=NINE
    )
    post.behaves("rcpt", "550 5.1.1 nobody here")
    policy((300, [ana]), (300, [a_person("bob")]))

    pager.opens()

    assert set(Page.objects.values_list("user__username", flat=True)) == {"ana"}


def test_a_sender_that_does_not_come_back_is_followed_by_another_with_the_same_id(
    pager: Pager, post: SmtpServer
) -> None:
    policy((300, [a_person("ana")]))
    pager.engine.desks, desks = {}, pager.engine.desks
    pager.opens()
    (lost,) = notify.claim("email", at=pager.clock.now, limit=8)
    notify.send(lost)

    pager.engine.desks = desks
    pager.forward(seconds=14)
    assert len(post.mails) == 1
    pager.forward(seconds=1)

    first, second = mails(post)
    assert first["Message-ID"] == second["Message-ID"]
    assert "may be a repeat" in words(second)
    assert outcomes() == ["unknown", "sent"]


def by_webhook(hook: HttpServer, *answers: Answer | int) -> str:
    """Let ana be paged by webhook only; return her secret."""
    secret = signing.new_secret()
    ana = a_person("ana", contact="")
    ContactMethod.objects.create(
        responder=ana.responder,
        channel="webhook",
        address=hook.answers("/ana", *answers),
        secret=encrypt(secret),
        verified_at=NINE,
    )
    policy((3000, [ana]))
    return secret
