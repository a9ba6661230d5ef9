"""Django's settings, drawn from the installed `Config`. The environment is not read here."""

from pathlib import Path
from typing import Any, Final

from ringfence.core.config import current
from ringfence.policy import load
from ringfence.web.databases import database
from ringfence.web.headers import CONTENT

_config = current()

SECRET_KEY: Final = _config.secret_key
DEBUG: Final = False
ALLOWED_HOSTS: Final = [_config.public_host, "localhost", "127.0.0.1"]

INSTALLED_APPS: Final = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django_htmx",
    "procrastinate.contrib.django",
    "ringfence.apps.keys.apps.KeysConfig",
    "ringfence.apps.audit.apps.AuditConfig",
    "ringfence.apps.policies.apps.PoliciesConfig",
    "ringfence.apps.sweeps.apps.SweepsConfig",
    "ringfence.apps.assurance.apps.AssuranceConfig",
    "ringfence.apps.accounts.apps.AccountsConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "ringfence.apps.people.apps.PeopleConfig",
    "ringfence.apps.staff.apps.StaffConfig",
    "ringfence.apps.recipients.apps.RecipientsConfig",
    "ringfence.apps.agents.apps.AgentsConfig",
    "ringfence.apps.numbers.apps.NumbersConfig",
    "ringfence.apps.calls.apps.CallsConfig",
    "ringfence.apps.holds.apps.HoldsConfig",
    "ringfence.apps.consents.apps.ConsentsConfig",
    "ringfence.apps.requests.apps.RequestsConfig",
    "ringfence.apps.billing.apps.BillingConfig",
    "ringfence.apps.analytics.apps.AnalyticsConfig",
    "ringfence.apps.support.apps.SupportConfig",
    "ringfence.web.apps.WebConfig",
]

ROOT_URLCONF: Final = "ringfence.web.urls"
WSGI_APPLICATION: Final = "ringfence.web.wsgi.application"
MIDDLEWARE: Final = [
    "ringfence.web.middleware.Headers",
    "ringfence.web.middleware.Bounds",
    "ringfence.web.middleware.Purposes",
    "ringfence.web.middleware.Heads",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ringfence.web.held.Held",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "ringfence.web.middleware.Errors",
    "ringfence.web.middleware.Viewers",
    "ringfence.web.counted.Counted",
]
TEMPLATES: Final = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "ringfence.web.context.page",
            ],
            "builtins": ["ringfence.web.templatetags.show"],
        },
    }
]
STATIC_URL: Final = "/static/"
STATICFILES_DIRS: Final = [Path(__file__).parent / "static"]
WHITENOISE_USE_FINDERS: Final = True
WHITENOISE_AUTOREFRESH: Final = False
WHITENOISE_MAX_AGE: Final = 3600
WHITENOISE_ALLOW_ALL_ORIGINS: Final = False

_cookies = {each.name.removeprefix("__Host-rf_"): each for each in load().cookies}
_DAY = 24 * 3600
SESSION_ENGINE: Final = "ringfence.apps.people.sessionstore"
SESSION_COOKIE_NAME: Final = _cookies["session"].name
SESSION_COOKIE_AGE: Final = _cookies["session"].days * _DAY
SESSION_COOKIE_SECURE: Final = True
SESSION_COOKIE_HTTPONLY: Final = _cookies["session"].http_only
SESSION_COOKIE_SAMESITE: Final = _cookies["session"].same_site.value
CSRF_COOKIE_NAME: Final = _cookies["csrf"].name
CSRF_COOKIE_AGE: Final = _cookies["csrf"].days * _DAY
CSRF_COOKIE_SECURE: Final = True
CSRF_COOKIE_HTTPONLY: Final = _cookies["csrf"].http_only
CSRF_COOKIE_SAMESITE: Final = _cookies["csrf"].same_site.value
CSRF_TRUSTED_ORIGINS: Final = [_config.public_url]
CSRF_FAILURE_VIEW: Final = "ringfence.web.errors.csrf_failure"

CONTENT_SECURITY_POLICY: Final = CONTENT  # for those who look at it

LOGIN_URL: Final = "/sign-in/"
DATA_UPLOAD_MAX_MEMORY_SIZE: Final = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE: Final = 8 * 1024 * 1024  # more is refused: an upload never rests in a file
FILE_UPLOAD_HANDLERS: Final = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
AUTH_PASSWORD_VALIDATORS: Final = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGGING_CONFIG: Final = None

DATABASES: Final[dict[str, Any]] = {"default": database(_config.database_urls.of(_config.login))}
DEFAULT_AUTO_FIELD: Final = "django.db.models.BigAutoField"

AUTH_USER_MODEL: Final = "accounts.User"
PASSWORD_HASHERS: Final = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]

AUTHENTICATION_BACKENDS: Final = ["django.contrib.auth.backends.ModelBackend", "sesame.backends.ModelBackend"]
SESAME_ONE_TIME: Final = True
SESAME_MAX_AGE: Final = 15 * 60

ACCOUNT_ADAPTER: Final = "ringfence.web.people.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD: Final = None
ACCOUNT_LOGIN_METHODS: Final = {"email"}
ACCOUNT_SIGNUP_FIELDS: Final = ["email*"]
ACCOUNT_EMAIL_VERIFICATION: Final = "none"  # nobody exists before their address was shown to be theirs
MFA_ADAPTER: Final = "ringfence.web.people.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES: Final = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED: Final = True
MFA_TOTP_TOLERANCE: Final = 1
MFA_TOTP_ISSUER: Final = "Ringfence"
SOCIALACCOUNT_ADAPTER: Final = "ringfence.web.people.adapters.SignOnAdapter"
SOCIALACCOUNT_STORE_TOKENS: Final = False
CACHES: Final = {"default": {"BACKEND": "ringfence.web.remembered.Remembered"}}

USE_TZ: Final = True
TIME_ZONE: Final = "UTC"
LANGUAGE_CODE: Final = "en"
USE_I18N: Final = False
