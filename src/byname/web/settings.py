"""Django's settings, made of one company's folder, which BYNAME_FOLDER names.

Nothing here is to be changed by hand: what a company may choose stands under [web] in its byname.toml.
"""

from __future__ import annotations

import os
import secrets
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.utils.csp import CSP

from byname.company import Web, open_company
from byname.web.databases import database
from byname.web.mailers import mailers

FOLDER = Path(os.environ.get("BYNAME_FOLDER", "."))
COMPANY = open_company(FOLDER) if (FOLDER / "byname.toml").is_file() else None  # none: typing and checks only
_WEB = COMPANY.settings.web if COMPANY else Web()
_ADDRESS = urlsplit(_WEB.address)
_HERE = Path(__file__).parent

SECRET_KEY = COMPANY.web_key() if COMPANY else secrets.token_hex(32)
DEBUG = False
IS_HTTPS = _ADDRESS.scheme == "https"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *([_ADDRESS.hostname] if _ADDRESS.hostname else [])]
CSRF_TRUSTED_ORIGINS = [_WEB.address] if _WEB.address else []
# Who calls, and whether by https, is said by the server that listens (`byname serve`, waitress): it believes a proxy's
# X-Forwarded-For and X-Forwarded-Proto only where [web] proxy names the proxy. Django reads no such header itself.

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "django_tasks_db",
    "byname.web.accounts",
    "byname.web.written",
    "byname.web.work",
    "byname.web.api",
    "byname.web.console",
    "byname.web.outreach",
    "byname.web.telling",
    "byname.web.portal",
    "byname.web.ideas",
    "byname.web.reviews",
    "byname.web.stories",
    "byname.web.previews",
    "byname.web.agreed",
    "byname.web.friends",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "byname.web.accounts.middleware.DoorMiddleware",
    "byname.web.desk.DeskMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "byname.web.urls"
WSGI_APPLICATION = "byname.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "byname.web.desk.seen",
            ],
        },
    }
]

DATABASES = {"default": database(_WEB.database, FOLDER / "app.sqlite3" if COMPANY else None)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

MAILERS = mailers(_WEB.mail)
HAS_MAIL = bool(_WEB.mail)
DEFAULT_FROM_EMAIL = _WEB.mail_from or f"byname@{_ADDRESS.hostname or 'localhost'}"

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "today"

ACCOUNT_ADAPTER = "byname.web.accounts.adapters.Door"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]  # nobody signs up; allauth checks that it fits the login
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # an owner wrote the address down
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "5/5m/key",  # codes of the second factor; wrong passwords are counted by axes, see the adapter
    "reset_password": "20/h/ip,3/h/key",
    "unsubscribe": "1200/m/ip,30/m/key",  # a mail provider presses the button for many people
    "follow": "60/m/key",  # what a followed letter opens: by the letter alone, of who asks nothing is kept
    "my_api_session": "1200/m/ip",  # the company's own app asks for all of its customers
    "my_api": "300/m/key",
    "way_in": "20/h/ip",  # customers who ask for a link to their page
    "way_in_address": "3/h/key",
    "from_a_friend": "300/h/ip",  # strangers who follow a customer's link, or try codes
}
MFA_TOTP_ISSUER = f"byname, {COMPANY.settings.name}" if COMPANY else "byname"
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be half a minute off

# Ten wrong passwords in a row, of one account or from one address, shut that account or address out for a while. The
# right one begins the count anew, so that an office behind one address is not shut out by its slips.
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # else a stranger who goes on keeps a colleague out for ever
AXES_LOCKOUT_CALLABLE = "byname.web.accounts.views.locked"
AXES_DISABLE_ACCESS_LOG = True  # who signed in from where is nobody's business
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

SESSION_COOKIE_AGE = 12 * 60 * 60  # without a click
SESSION_COOKIE_NAME = "byname_session"
CSRF_COOKIE_NAME = "byname_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "byname.web.failing.too_old"

USE_I18N = True
LANGUAGE_CODE = "en"
LOCALE_PATHS = [_HERE / "locale"]
USE_TZ = True
TIME_ZONE = COMPANY.settings.zone if COMPANY else "UTC"

STATIC_URL = "static/"
STATICFILES_DIRS = [_HERE / "static", ("vega", _HERE.parent / "report" / "vendor")]
WHITENOISE_USE_FINDERS = True  # no step of building: the files lie in the package

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
# This host only: whether the company's other hosts speak https, and whether browsers ship that, is not ours to say.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"terminal": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["terminal"], "level": "WARNING"},
    "loggers": {
        "django": {
            "handlers": [],
            "level": "WARNING",
            "propagate": True,
        },  # Django's own handlers are silent without DEBUG
        "django.request": {"level": "ERROR"},  # a page that is not there is no news
        "axes": {"level": "WARNING"},
    },
}
