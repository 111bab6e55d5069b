"""What the signed-out pages say besides the form: where the public page is."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

ENTRANCES = ("/admin/login/", "/admin/logout/", "/accounts/")


def entrance(request: HttpRequest) -> dict[str, str]:
    """Return the public page's address and name for the pages around the door; nothing for others."""
    if not request.path_info.startswith(ENTRANCES):
        return {}
    public, staff = urlsplit(settings.SITE_URL), urlsplit(settings.STAFF_URL)
    return {
        "status_url": f"{settings.SITE_URL}/",
        "status_name": public.netloc,
        "staff_name": staff.netloc,
    }
