"""What the web server runs: the WSGI application behind a front that waits for no slow sender."""

from config.wsgi import application as wsgi_application
from core.front import Front

application = Front(wsgi_application)
