"""The WSGI application: Django behind the body rules."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("DATABASE_PATIENCE", "5")  # a request may wait less than the engine

from django.core.wsgi import get_wsgi_application
from django.urls import reverse

from core.bodies import bounded

application = bounded(get_wsgi_application())
reverse(
    "admin:index"
)  # every address and view is read now, so that whoever asks first waits for none of it
