"""Whatever a page sends is from the page by name, and from the configured address alone."""

from email.header import decode_header, make_header
from email.utils import parseaddr
from typing import Any

import pytest

from notify.models import Delivery
from statuspage.actions.admission import ask_link, invite
from statuspage.actions.subscribing import Choices, sign_up
from statuspage.models import Page
from tests.factories import NINE, somebody
from tests.notify.conftest import pager, post
from tests.pager import Pager
from tests.servers import SmtpServer
from tests.statuspage.letters import a_subscriber, mails
from tests.statuspage.scenes import a_component, a_page, an_incident, shown, tell
from tests.statuspage.works import planned

__all__ = ["pager", "post"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
NAME = "Müller, Söhne <eve@example.org>\r\nBcc: eve@example.org"
SHOWN = "Müller, Söhne <eve at example.org> Bcc: eve at example.org"


def senders(post: SmtpServer) -> set[tuple[str, str]]:
    """Return name and address that the mails came from."""
    found = [parseaddr(mail["From"].replace("\r\n", "")) for mail in mails(post)]
    return {(str(make_header(decode_header(name))), address) for name, address in found}


@pytest.fixture
def page(settings: Any) -> Page:
    settings.MAIL_FROM = "Watchbill <watchbill@wb.example>"
    row = a_page(name=NAME)
    a_component(row, "Payments")
    shown(row)
    return row


def test_every_kind_of_mail_has_the_page_s_name_and_only_our_address(
    page: Page, pager: Pager, post: SmtpServer
) -> None:
    sign_up(page, "new@example.com", Choices(), at=NINE)
    a_subscriber(page)
    planned(page.components.get())
    incident = an_incident()
    page.components.get().bindings.create(service=incident.service)
    tell(incident, components={page.components.get().public_id: "major_outage"})
    Page.objects.filter(pk=page.pk).update(audience="login", is_default=False)
    invite(page.pk, ["lea@example.com"], by=somebody("Administrator"), at=NINE)
    ask_link(Page.objects.get(), "lea@example.com", at=NINE)
    pager.settle()

    assert senders(post) == {(SHOWN, "watchbill@wb.example")}
    assert len(post.mails) == 4
    assert {envelope.mail_from for envelope in post.mails} == {"watchbill@wb.example"}
    assert all(len(envelope.rcpt_tos) == 1 for envelope in post.mails)
    assert not [mail for mail in mails(post) if mail["Bcc"]]


def test_a_page_that_was_renamed_writes_under_its_new_name(
    page: Page, pager: Pager, post: SmtpServer
) -> None:
    sign_up(page, "new@example.com", Choices(), at=NINE)
    Page.objects.update(name="Acme")
    pager.settle()

    assert senders(post) == {("Acme", "watchbill@wb.example")}
    assert Delivery.objects.get().address == "new@example.com"
