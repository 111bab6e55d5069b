"""Settings of Watchbill, read from the environment (docs/operations.md lists every variable)."""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured

from config import environment, navigation, wiring

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(environment.text("DATA_DIR", str(BASE_DIR / "var"))).resolve()

DEBUG = False
DEMO = environment.flag("DEMO", default=True)
PORT = environment.number("PORT", 8000, low=1, high=65535)
BIND = "127.0.0.1" if DEMO else environment.text("BIND", "0.0.0.0")  # noqa: S104  a proxy or container decides
STATUSPAGE_SNAPSHOT_DIR = Path(
    environment.text("STATUSPAGE_SNAPSHOT_DIR", str(DATA_DIR / "statuspage"))
).resolve()
STATUSPAGE_EXPORT_TO = environment.text("STATUSPAGE_EXPORT_TO")
S3_ENDPOINT = environment.url("S3_ENDPOINT", "https://s3.amazonaws.com")
S3_REGION = environment.text("S3_REGION", "us-east-1")
S3_ACCESS_KEY_ID = environment.text("S3_ACCESS_KEY_ID")
S3_SECRET_ACCESS_KEY = environment.text_or_file("S3_SECRET_ACCESS_KEY")
SITE_URL = environment.url("SITE_URL", f"http://127.0.0.1:{PORT}")
STAFF_URL = environment.url("STAFF_URL", SITE_URL)
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")
CLOCK_OFFSET = environment.number("CLOCK_OFFSET", 0, low=-(10**9), high=10**9)
if CLOCK_OFFSET and not DEMO:
    raise ImproperlyConfigured(
        "CLOCK_OFFSET moves the clock of a demo only; unset it, or set DEMO=1."
    )
for _name, _url in (("SITE_URL", SITE_URL), ("STAFF_URL", STAFF_URL)):
    if DEMO and urlsplit(_url).hostname not in LOOPBACK_NAMES:
        raise ImproperlyConfigured(
            f"{_name} is {_url}, but DEMO=1 serves this machine only; set DEMO=0 for a real installation."
        )

SECRET_KEY = environment.secret("SECRET_KEY", DATA_DIR / "secret.key")
SECRET_KEY_FALLBACKS = [key for key in environment.text("SECRET_KEY_FALLBACKS").split(",") if key]

# wsgi.py lowers this before Django starts: a request may wait less than the engine.
DATABASE_PATIENCE = environment.number("DATABASE_PATIENCE", 20, low=1, high=600)
DATABASES = {
    "default": environment.database("DATABASE_URL", DATA_DIR, patience_s=DATABASE_PATIENCE)
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "core.apps.CoreConfig",
    "notify",
    "incidents",
    "oncall",
    "statuspage",
    "postmortems",
    "core.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "rest_framework",
    "django_q",
]
MIDDLEWARE = [
    "core.middleware.MachineDoor",
    "core.middleware.PublicDoor",
    "core.middleware.HostRule",
    "core.middleware.StrictHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "core.sign_in.middleware.SessionRules",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.admin.marks.red_marks",
                "core.admin.shell.shell",
                "core.sign_in.context.entrance",
            ]
        },
    }
]

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["core.sign_in.passwords.HouseBackend"]
LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "account_login", "/admin/", "/admin/login/"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]

# Hosts are decided by core.middleware.HostRule, by path class; links never come from the Host header.
ALLOWED_HOSTS = ["*"]
CSRF_TRUSTED_ORIGINS = [STAFF_URL]
CSRF_FAILURE_VIEW = "core.refusals.forged"
_secure = urlsplit(STAFF_URL).scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = _secure
SESSION_COOKIE_NAME = "__Host-session" if _secure else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if _secure else "csrf"
SESSION_COOKIE_AGE = 7 * 24 * 3600
CSRF_COOKIE_HTTPONLY = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _secure else None
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|livez/)", r"^in/", r"^v2/"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _secure
SECURE_REFERRER_POLICY = (
    "same-origin"  # the admin's CSRF check needs a referrer; machine doors send none
)
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = (
    16 * 1024 * 1024
)  # the largest body of any door; core.bodies bounds each

# Sign-in (docs/security.md): allauth with our adapters; limits count for all processes in one table.
REQUIRE_SECOND_FACTOR = environment.flag("REQUIRE_SECOND_FACTOR", default=False)
PROXIES = environment.number("PROXIES", 1 if _secure else 0, low=0, high=9)
OIDC_ISSUER = environment.text("OIDC_ISSUER").rstrip("/")
OIDC_CLIENT_ID = environment.text("OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = environment.text_or_file("OIDC_CLIENT_SECRET")
OIDC_NAME = environment.text("OIDC_NAME", "Company account")
OIDC_CREATES = environment.text("OIDC_CREATES").lower()
_company = {
    "provider_id": "oidc",
    "name": OIDC_NAME,
    "client_id": OIDC_CLIENT_ID,
    "secret": OIDC_CLIENT_SECRET,
    "settings": {"server_url": OIDC_ISSUER, "oauth_pkce_enabled": True},
}
_is_whole = all((OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET))
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
ACCOUNT_ADAPTER = "core.sign_in.adapter.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_USER_DISPLAY = "core.sign_in.words.name_of"
ACCOUNT_FORMS = {
    "login": "core.sign_in.forms.SignInForm",
    "change_password": "core.sign_in.forms.PasswordForm",
    "reauthenticate": "core.sign_in.forms.PasswordAgainForm",
}
ACCOUNT_RATE_LIMITS = {
    "login": None,  # each try with a name is counted by the two below
    "login_failed": "20/m/ip,10/5m/key,30/h/key",
    "login_failed_known": "10/5m/key,60/h/key",
    "company": "10/m/ip",
    "subscribe": "20/h/ip",
}
MFA_ADAPTER = "core.sign_in.factors.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
MFA_TRUST_ENABLED = True
MFA_TRUST_COOKIE_NAME = "__Host-trusted" if _secure else "trusted"
MFA_FORMS = {
    "authenticate": "core.sign_in.forms.CodeForm",
    "reauthenticate": "core.sign_in.forms.CodeAgain",
    "activate_totp": "core.sign_in.forms.NewAppForm",
    "add_webauthn": "core.sign_in.passkey_forms.NewPasskeyForm",
    "edit_webauthn": "core.sign_in.passkey_forms.PasskeyNameForm",
    "login_webauthn": "core.sign_in.passkey_forms.PasskeyEntry",
    "authenticate_webauthn": "core.sign_in.passkey_forms.PasskeyAfter",
    "reauthenticate_webauthn": "core.sign_in.passkey_forms.PasskeyAgain",
}
SOCIALACCOUNT_ADAPTER = "core.sign_in.company.CompanyAdapter"
SOCIALACCOUNT_REQUESTS_TIMEOUT = 4
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = {
    "openid_connect": {
        "provider_class": "core.sign_in.oidc.CompanyAccount",
        "APPS": [_company] if _is_whole else [],
    }
}

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
STATIC_URL = "/static/"
STATIC_ROOT = None  # nothing to collect: files are served from where they lie
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

EMAIL_URL = environment.text("EMAIL_URL")
MAIL_FROM = environment.text("MAIL_FROM", f"Watchbill <watchbill@{urlsplit(SITE_URL).hostname}>")
ALLOWED_PRIVATE_NETWORKS = environment.networks("ALLOWED_PRIVATE_NETWORKS")

Q_CLUSTER = {
    "name": "watchbill",
    "orm": "default",
    "workers": 1,
    "timeout": 20,
    "retry": 60,
    "max_attempts": 3,
    "ack_failures": True,
    "catch_up": False,
    "bulk": 1,
    "poll": 1,
    "queue_limit": 4,
    "save_limit": 100,
    "recycle": 500,
    "label": "Background tasks",
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "core.api.auth.BearerToken",
        "core.api.auth.StaffSession",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["core.api.auth.SignedIn"],
    "DEFAULT_RENDERER_CLASSES": ["core.api.formats.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.api.formats.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "core.api.paging.CursorPages",
    "EXCEPTION_HANDLER": "core.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
    "PAGE_SIZE": 50,
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "core.logs.OneLine"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "line"}
    },
    "root": {"handlers": ["stderr"], "level": environment.log_level("LOG_LEVEL")},
    "loggers": {"django.request": {"level": "ERROR"}, "django-q": {"level": "WARNING"}},
}

EVENT_HANDLERS = wiring.EVENT_HANDLERS
DELIVERY_GUARDS = wiring.DELIVERY_GUARDS
DELIVERY_TEXTS = wiring.DELIVERY_TEXTS
PROVIDERS = wiring.PROVIDERS
PANELS = wiring.PANELS
RIGHTS = wiring.RIGHTS
SIDEBAR = navigation.SIDEBAR
STAFF_PAGES = navigation.STAFF_PAGES
LAMP = wiring.LAMP
PAGER_LINE = wiring.PAGER_LINE
FIRST_RUN = wiring.FIRST_RUN
SEARCH = wiring.SEARCH
REPLY_VERBS = wiring.REPLY_VERBS
LIVENESS = wiring.LIVENESS
CHORES = wiring.CHORES
SCHEDULES = wiring.SCHEDULES
DEMO_PARTS = wiring.DEMO_PARTS
# SQLite makes an index without the columns that ride along in it
SILENCED_SYSTEM_CHECKS = ["models.W040"]
