"""Django's settings, drawn from the installed `Config`. The environment is not read here."""

from typing import Any, Final

from ringfence.core.config import current
from ringfence.web.databases import database

_config = current()

SECRET_KEY: Final = _config.secret_key
DEBUG: Final = False
ALLOWED_HOSTS: Final = [_config.public_host, "localhost", "127.0.0.1"]

INSTALLED_APPS: Final = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "ringfence.apps.keys.apps.KeysConfig",
    "ringfence.apps.accounts.apps.AccountsConfig",
    "ringfence.apps.agents.apps.AgentsConfig",
    "ringfence.apps.numbers.apps.NumbersConfig",
    "ringfence.apps.calls.apps.CallsConfig",
]

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

USE_TZ: Final = True
TIME_ZONE: Final = "UTC"
LANGUAGE_CODE: Final = "en"
USE_I18N: Final = False
