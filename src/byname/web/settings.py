"""Django's settings, made of one company's folder, which BYNAME_FOLDER names.

Nothing here is to be changed by hand: what a company may choose stands under [web] in its byname.toml.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from django.utils.csp import CSP

from byname.company import Web, open_company
from byname.web.databases import database

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
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
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

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "today"

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
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
