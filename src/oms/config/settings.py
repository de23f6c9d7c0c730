"""Settings of the whole house. Variables and their meaning: `environment.py`."""

from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from oms.config import logs, stores
from oms.config.databases import database
from oms.config.environment import ROOT, Environment
from oms.config.secrets import load_or_create
from oms.kit.keyring import Keyring

ENV = Environment()
SECRETS = load_or_create(ENV.var)
BASE_DIR = ROOT
BASE_URL = ENV.base_url.rstrip("/")
DEMO = ENV.is_demo
DEBUG = False
SECRET_KEY = SECRETS["secret_key"]
_address = urlsplit(BASE_URL)
_secure = _address.scheme == "https"
ALLOWED_HOSTS = [host for host in [_address.hostname, *ENV.allowed_hosts.split(",")] if host] + (
    ["localhost", "127.0.0.1", "testserver"] if ENV.profile != "production" else []
)
CSRF_TRUSTED_ORIGINS = [BASE_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "django_structlog",
    "django_prometheus",
    "django_tasks",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "oms.kit",
    "oms.domain.journal",
    "oms.domain.works",
    "oms.domain.accounts",
    "oms.domain.directory",
    "oms.domain.notifications",
    "oms.domain.documents",
    "oms.domain.register",
    "oms.domain.papers",
    "oms.domain.identity",
    "oms.domain.privacy",
    "oms.domain.wards",
    "oms.domain.duplicates",
    "oms.domain.quality",
    "oms.domain.exchange",
    "oms.domain.booking",
    "oms.cases",
    "oms.diagnosis",
    "oms.faces.design",
    "oms.faces.portal",
    "oms.faces.desk",
    "oms.faces.cli",
    *(["oms.faces.demo"] if ENV.profile != "production" else []),
]
MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "oms.config.middleware.headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # below: static files come compressed or need it not
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "oms.config.middleware.sessions",
    "django_structlog.middlewares.RequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "oms.config.middleware.denied",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
ROOT_URLCONF = "oms.config.urls"
WSGI_APPLICATION = "oms.config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
FORM_RENDERER = "oms.faces.design.forms.Renderer"

DATABASES = {
    "default": database(
        ENV.database_url, default_file=ENV.var / "oms.sqlite3", pool=not ENV.is_test
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES: dict[str, dict[str, Any]] = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": ENV.redis_url}
        if ENV.redis_url
        else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
    )
}
TASKS: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend",
        "QUEUES": ["default", "bulk"],
    }
}

LANGUAGE_CODE = "ru"
LANGUAGES = [("ru", "Русский")]
TIME_ZONE = ENV.time_zone
USE_TZ = True
USE_I18N = True
REGION = ENV.region

STATIC_URL = "static/"
STATIC_ROOT = ENV.var / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "papers": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": ENV.var / "papers"},
    },
    "documents": stores.documents(ENV),
    "exports": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": ENV.var / "exports", "file_permissions_mode": 0o600},
    },
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if ENV.is_test
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "oms.faces.design.finders.SheetFinder",
]
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = ENV.is_test
CSRF_FAILURE_VIEW = "oms.faces.design.views.csrf_failure"
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# People and sessions
AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if ENV.is_test
    else ["oms.domain.accounts.passwords.Argon2"]
)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "oms.domain.accounts.passwords.NotPersonal"},
    {"NAME": "oms.domain.accounts.passwords.LettersAndDigits"},
    {"NAME": "oms.domain.accounts.passwords.NotBreached"},
]
BREACHED_PASSWORDS = ENV.breached_passwords
AUTHENTICATION_BACKENDS = ["oms.domain.accounts.backends.AnyIdentifier"]
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _secure
if _secure:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# What the browser may do on our pages
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

# allauth: details of sign-in live in the accounts room
from oms.config.sign_in import *  # noqa: E402, F403

# The visitor's address: the entry our outermost proxy added to X-Forwarded-For, else the peer's.
ALLAUTH_TRUSTED_PROXY_COUNT = ENV.trusted_proxies
FIELD_KEYS = [SECRETS["field_key"]]  # newest first; older ones still decrypt

# Documents people bring: encrypted, newest key first, read anew when the file changes
DOCUMENT_KEYS = Keyring(ENV.var / "secrets.json", "document_keys")
CLAMD_URL = ENV.clamd_url
SCAN_THRESHOLDS, TESSDATA = ENV.scan_thresholds, ENV.tessdata

# E-mail and SMS leave through gateways
MAIL_FROM = DEFAULT_FROM_EMAIL = ENV.mail_from
SMTP_URL, SMS_URL, SMS_TOKEN, OUTBOX_URL = (
    ENV.smtp_url,
    ENV.sms_url,
    ENV.sms_token,
    ENV.outbox_url,
)

SMS_2_URL, SMS_2_TOKEN, SMS_WEIGHTS = ENV.sms_2_url, ENV.sms_2_token, ENV.sms_weights
PUSH_CONTACT, PUSH_SERVICES = ENV.push_contact, ENV.push_services

# Who else vouches for people (OpenID Connect); read by gateways.openid_providers
OPENID_PROVIDERS = ENV.openid_providers

# The state's registers are asked through one adapter
REGISTERS_URL, REGISTERS_TOKEN = ENV.registers_url, ENV.registers_token
FERZL_URL, FERZL_TOKEN = ENV.ferzl_url, ENV.ferzl_token
EXCHANGE_FOLDER = ENV.exchange_folder

# Signature of papers
SIGNER = {
    "folder": ENV.var / "keys",
    "demo_ca_password": SECRETS["demo_ca_password"],
    "pkcs12": ENV.signer_pkcs12,
    "pkcs12_password": ENV.signer_pkcs12_password,
    "pkcs11_module": ENV.signer_pkcs11_module,
    "pkcs11_token": ENV.signer_pkcs11_token,
    "pkcs11_pin": ENV.signer_pkcs11_pin,
    "pkcs11_label": ENV.signer_pkcs11_label,
    "trust_roots": ENV.trust_roots,
}
# A second signature of papers, beside the file (the demo makes a key of its own)
GOST_KEY, GOST_CERTIFICATE = ENV.gost_key, ENV.gost_certificate
# Whose signatures confirm an identity (the demo makes an authority of its own)
IDENTITY_ROOTS, IDENTITY_CRLS = ENV.identity_roots, ENV.identity_crls
# Anchors of the journal: kept outside the database, signed by a key of their own
ANCHORS, ANCHOR_KEY = ENV.anchors or ENV.var / "anchors", ENV.var / "keys" / "journal.pem"
METRICS_TOKEN = SECRETS["metrics_token"]

LOGGING = logs.logging(level=ENV.log_level)
logs.configure_structlog()
