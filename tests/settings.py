"""The product's own settings, made fast for tests: cheap passwords and a database in a file."""

import os
from pathlib import Path

from config.settings import *  # noqa: F403  the one star import of the house (style.md 2.11)
from config.settings import DATA_DIR, DATABASES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES["default"]["TEST"] = (
    {"NAME": Path(os.environ.get("TEST_SQLITE", DATA_DIR / "test.sqlite3"))}
    if "sqlite" in str(DATABASES["default"]["ENGINE"])
    else {}
)
SECRET_KEY = "only for tests, never anywhere else, 32 characters and more"
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = (
    True  # looks a file up when it is asked for, not all of them per test client
)
LOOPBACK_NAMES = (*LOOPBACK_NAMES, "testserver")  # noqa: F405  what Django's test client calls itself
