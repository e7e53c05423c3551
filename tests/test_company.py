"""A company's folder and its settings: wrong ones are refused in words that say where and what was expected."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from byname.company import create, open_company
from byname.errors import SettingsError, UsageError


def company_with(folder: Path, toml: str) -> Path:
    (folder / "byname.toml").write_text('name = "Acme"\n' + toml, "utf-8")
    return folder


def test_a_made_folder_opens_with_the_settings_that_were_given(tmp_path: Path) -> None:
    create(tmp_path / "acme", name='The "Acme" \\ Co', currency="GBP", zone="Europe/London", country="GB")
    settings = open_company(tmp_path / "acme").settings
    assert (settings.name, settings.currency, settings.zone, settings.country) == (
        'The "Acme" \\ Co',
        "GBP",
        "Europe/London",
        "GB",
    )


def test_a_folder_is_not_made_twice(tmp_path: Path) -> None:
    create(tmp_path, name="a", currency="EUR", zone="UTC", country="DE")
    with pytest.raises(UsageError, match=r"found a byname\.toml"):
        create(tmp_path, name="b", currency="EUR", zone="UTC", country="DE")


def test_a_folder_without_settings_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="byname init"):
        open_company(tmp_path)


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ('curency = "EUR"', ["curency", "unknown setting", 'did you mean "currency"']),
        ("margin = 2", ["margin", "found 2"]),
        ("margin = 0", ["margin", "found 0"]),
        ('margin = "much"', ["margin", "found 'much'"]),
        ("discount = 1", ["discount", "found 1"]),
        ("horizon_days = 0", ["horizon_days", "found 0"]),
        ('currency = "euro"', ["currency", "'euro'", "three capital letters"]),
        ('zone = "Europe/Berln"', ["zone", "Europe/Berlin"]),
        ('country = "Germany"', ["country", "two capital letters"]),
        ("[exclude]\nemail = []", ["exclude.email", 'did you mean "emails"']),
        ("[rates]\nUSD = -1", ["rates.USD", "-1"]),
        ('[dates]\norder = "ymd"', ["dates.order", "ymd"]),
        ('[engine]\nmemory = "lots"', ["engine.memory", "lots", 'a size such as "2GB"']),
        ('[outreach]\ntells = { url = "http://crm.example/in" }', ["outreach.tells.url", "on this machine alone"]),
        ('[outreach]\nanswers = "pop://post.example"', ["outreach.answers", '"imaps://user:password@host/INBOX"']),
        ('[portal]\nsite = "acme"', ["portal.site", '"https://" and an address']),
        ('[web]\naddress = "https://acme.example/shop"', ["web.address", "without a path"]),
        ("this is no toml", ["not TOML"]),
    ],
)
def test_a_wrong_setting_names_file_key_and_what_was_expected(tmp_path: Path, toml: str, says: list[str]) -> None:
    with pytest.raises(SettingsError) as raised:
        open_company(company_with(tmp_path, toml))
    assert raised.value.exit_status == 2
    for words in ["byname.toml", *says]:
        assert words in str(raised.value)


def test_a_wrong_address_is_said_without_its_password(tmp_path: Path) -> None:
    for key in ('web]\nmail = "smtq', 'web]\ndatabase = "mysql', 'outreach]\nanswers = "pop'):
        with pytest.raises(SettingsError) as raised:
            open_company(company_with(tmp_path, f'[{key}://rosa:hunter2@post.example/x"'))
        assert "hunter2" not in str(raised.value)
        assert "//…@post.example" in str(raised.value)


def test_settings_cannot_be_changed_once_read(tmp_path: Path) -> None:
    settings = open_company(company_with(tmp_path, "[rates]\nUSD = 0.92")).settings
    assert settings.rates == {"USD": Decimal("0.92")}
    with pytest.raises(ValueError, match="frozen"):
        settings.currency = "USD"


def test_a_day_ends_at_midnight_of_the_companys_zone(tmp_path: Path) -> None:
    company = open_company(company_with(tmp_path, 'zone = "Europe/Berlin"'))
    assert company.end_of(date(2026, 3, 28)) == datetime(2026, 3, 28, 23)  # noqa: DTZ001 - UTC by contract
    assert company.end_of(date(2026, 3, 29)) == datetime(2026, 3, 29, 22)  # noqa: DTZ001 - the clocks went forward
