"""What the first start of an installation keeps: that it happened, and a login that is shown once."""

import json
import os
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Group

from core.models import Installation, User
from core.secrets import new_token

NOTES = "first-start.json"


def claim(at: datetime) -> tuple[Installation, bool]:
    """Return the installation's row, locked, and whether this call made it. Needs a transaction."""
    _row, is_new = Installation.objects.get_or_create(id=1, defaults={"created_at": at})
    return Installation.objects.select_for_update(no_key=True).get(id=1), is_new


def give_login(user: User) -> dict[str, str]:
    """Make `user` an Administrator with a random password; return {"login", "password"} in plain text."""
    password = new_token("", 12)
    user.set_password(password)
    user.save()
    user.groups.set([Group.objects.get(name="Administrator")])
    return {"login": user.username, "password": password}


def keep(notes: Mapping[str, str]) -> Path:
    """Write the notes to DATA_DIR, readable by the owner only (0600), and return the file.

    Call it before the commit: a login that is in the database is then never lost.
    """
    file: Path = settings.DATA_DIR / NOTES
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{NOTES}.")  # made with 0600
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        json.dump(dict(notes), handle, indent=2)
        handle.write("\n")
    return Path(name).replace(file)
