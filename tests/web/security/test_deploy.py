"""Django's own list for a site on the open network, for a company that says its address: nothing is left on it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from byname.company import create
from byname.settings_file import changed, set_values
from byname.web.databases import database
from byname.web.mailers import mailers

_SAYS = """
import django, json
django.setup()
from django.conf import settings as s
print(json.dumps([s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,
    s.SESSION_COOKIE_HTTPONLY, s.ALLOWED_HOSTS[-1], s.CSRF_TRUSTED_ORIGINS, s.HAS_MAIL, s.DEFAULT_FROM_EMAIL]))
"""


def run(folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "BYNAME_FOLDER": str(folder), "DJANGO_SETTINGS_MODULE": "byname.web.settings"}
    environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # set where a browser runs in the same process
    ended = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout + ended.stderr


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    company = create(tmp_path / "acme", name="Acme", currency="EUR", zone="UTC", country="DE")
    web = {("web", "address"): "https://byname.acme.example", ("web", "mail"): "smtp://u:p%40ss@mail.acme.example"}
    changed(company, set_values(web))
    return company.folder


def test_check_deploy_is_clean_for_an_https_address(acme: Path) -> None:
    said = run(acme, "-W", "error", "-m", "django", "check", "--deploy", "--fail-level", "WARNING")
    assert "no issues" in said
    said = run(acme, "-c", _SAYS)
    assert said.strip() == (
        '[true, 31536000, true, true, true, "byname.acme.example", ["https://byname.acme.example"], true, '
        '"byname@byname.acme.example"]'
    )


def test_no_model_waits_for_a_migration(acme: Path) -> None:
    assert "No changes detected" in run(acme, "-m", "django", "makemigrations", "--check", "--dry-run")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://localhost", {"port": 25, "use_tls": False, "use_ssl": False, "username": "", "password": ""}),
        (
            "smtp://u:p%40ss@mail.test",
            {"port": 587, "use_tls": True, "use_ssl": False, "username": "u", "password": "p@ss"},
        ),
        ("smtp://u:p@mail.test:2525", {"port": 2525, "use_tls": True}),
        ("smtps://u:p@mail.test", {"port": 465, "use_tls": False, "use_ssl": True}),
    ],
)
def test_a_mail_url_is_read(url: str, expected: dict[str, object]) -> None:
    options = mailers(url)["default"]["OPTIONS"]
    assert {key: options[key] for key in expected} == expected


def test_without_a_url_no_mail_leaves() -> None:
    assert mailers("")["default"]["BACKEND"].endswith("dummy.EmailBackend")


def test_a_database_url_is_read(tmp_path: Path) -> None:
    read = database("postgresql://u:p%40ss@db.test:5433/by%20name?sslmode=require", None)
    assert (read["USER"], read["PASSWORD"], read["HOST"], read["PORT"], read["NAME"]) == (
        "u",
        "p@ss",
        "db.test",
        "5433",
        "by name",
    )
    assert read["OPTIONS"] == {"sslmode": "require"}
    assert database("", tmp_path / "app.sqlite3")["NAME"] == tmp_path / "app.sqlite3"
