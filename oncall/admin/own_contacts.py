"""The way to one's own contacts, from the account: the first one is added here, the rest on the responder's page."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from core import clock
from core.admin.buttons import Refusal, status_of, words
from core.admin.rights import allows, who
from oncall.actions import add_contact
from oncall.admin.address_forms import Address
from oncall.models import Responder


def own_contacts(request: HttpRequest) -> HttpResponse:
    """Show the person's own contacts; without any, ask for the first."""
    user = who(request).user
    if user is None or not allows(request, "oncall.edit_own_contacts", user):
        raise PermissionDenied
    responder = Responder.objects.filter(user=user).first()
    if responder is not None:
        return HttpResponseRedirect(_page_of(responder))
    if request.method != "POST":
        return _asked(request, Address())
    form = Address(request.POST)
    if not form.is_valid():
        return _asked(request, form, status=422)
    return _add(request, form)


def _add(request: HttpRequest, form: Address) -> HttpResponse:
    by, typed = who(request), form.cleaned_data
    if by.user is None:
        raise PermissionDenied
    try:
        contact = add_contact(
            by.user, typed["channel"], typed["address"].strip(), by=by, at=clock.now()
        )
    except Refusal as refusal:
        form.add_error("address", words(refusal))
        return _asked(request, form, status=status_of(refusal))
    messages.success(request, "A code is on its way. Confirm the contact by it.")
    return HttpResponseRedirect(_page_of(contact.responder))


def _page_of(responder: Responder) -> str:
    return reverse("admin:oncall_responder_change", args=[responder.pk])


def _asked(request: HttpRequest, form: Address, *, status: int = 200) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": "Your contacts",
        "headline": "Nothing reaches you: add a contact and confirm it.",
        "form": form,
    }
    return TemplateResponse(request, "oncall/admin/own_contacts.html", context, status=status)
