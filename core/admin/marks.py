"""Red marks: what must be loud on every admin page. Other apps add theirs by PANELS (config/wiring.py)."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from core import clock
from core.pulse import pulse


def red_marks(request: HttpRequest) -> dict[str, list[str]]:
    """Return the sentences of the red bar, for templates of signed-in people; none elsewhere."""
    if not request.path_info.startswith(("/admin/", "/accounts/")) or not getattr(
        request.user, "is_authenticated", False
    ):
        return {"red_marks": []}
    at = clock.now()
    return {
        "red_marks": [
            text for path in settings.PANELS["red_marks"] for text in import_string(path)(at)
        ]
    }


def failing_calls(at: datetime) -> list[str]:
    """Return a sentence when a promised call keeps failing."""
    count = pulse().failing
    return [f"{count} promised calls keep failing. Look at Late calls."] if count else []
