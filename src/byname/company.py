"""A company's folder and its settings: byname.toml, read once into frozen, validated objects."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal  # noqa: TC003 - pydantic reads it
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from byname.errors import SettingsError, UsageError, nearest

__all__ = [
    "Company",
    "Dates",
    "Employee",
    "Engine",
    "Event",
    "Exclude",
    "Hook",
    "Identity",
    "Minors",
    "Plan",
    "Settings",
    "Teams",
    "Value",
    "Voice",
    "Web",
    "create",
    "is_running",
    "open_company",
    "settings_of",
]


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"a time zone such as Europe/Berlin{nearest(name, available_timezones())}")
    return name


def _currency(code: str) -> str:
    if len(code) != 3 or not (code.isascii() and code.isalpha() and code.isupper()):  # noqa: PLR2004 - ISO 4217
        raise ValueError("a currency of three capital letters such as EUR")
    return code


def _country(code: str) -> str:
    import phonenumbers

    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError("a country of two capital letters such as DE")
    return code


CurrencyCode = Annotated[str, AfterValidator(_currency)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class Exclude(_Frozen):
    """Who is not a customer: staff, tests, resellers. `*` stands for any letters."""

    emails: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


class Dates(_Frozen):
    """How to read 03/04/2026 where a file does not decide it."""

    order: Literal["", "dmy", "mdy"] = ""


class Identity(_Frozen):
    """When two records are one person."""

    threshold: float = Field(default=0.9, ge=0.5, le=0.9999)
    crowd: int = Field(default=50, ge=2)
    nobody: tuple[str, ...] = ()
    trust: dict[str, Annotated[float, Field(gt=0, le=1000)]] = {}
    companies: dict[str, str] = {}


class Value(_Frozen):
    """What an engagement is worth, where somebody measured it."""

    acquisition_cost: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    came_anyway: float = Field(default=0.5, ge=0, le=1)
    generation_discount: float = Field(default=0.5, ge=0, le=1)
    influence_worth: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    idea_worth: float | None = Field(default=None, ge=0, allow_inf_nan=False)


class Event(_Frozen):
    """Something that was hard on customers."""

    name: str = Field(min_length=1)
    kind: Literal["outage", "late delivery", "price rise", "other"]
    begins: date
    ends: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends and self.ends < self.begins:
            raise ValueError("a last day that is not before the first")
        return self


class Employee(_Frozen):
    """Somebody who works here, so that customers' praise of them is found and who knows whom is known."""

    name: str = Field(min_length=1)
    aliases: tuple[str, ...] = ()
    team: Literal["", "sales", "marketing", "product", "service"] = ""
    minutes: float = Field(default=0.0, ge=0, le=1440)


class Teams(_Frozen):
    """Minutes that each team has on a working day to reach customers."""

    sales: float = Field(default=60.0, ge=0)
    marketing: float = Field(default=60.0, ge=0)
    product: float = Field(default=60.0, ge=0)
    service: float = Field(default=60.0, ge=0)


def _clock(text: str) -> str:
    time.fromisoformat(text)
    return text


Clock = Annotated[str, AfterValidator(_clock)]


class Plan(_Frozen):
    """How often is too often, what may be given, and what is held back to learn from."""

    contacts: int = Field(default=4, ge=0)
    days: int = Field(default=28, ge=1, le=366)
    rest_days: int = Field(default=5, ge=0, le=366)
    asks: int = Field(default=3, ge=0)
    gives_per_ask: float = Field(default=1.0, ge=0)
    quiet_from: Clock = "20:00"
    quiet_to: Clock = "08:00"
    weekend: bool = False
    neglect_days: int = Field(default=180, ge=1)
    perks: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    discretion: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    held_out: float = Field(default=0.05, ge=0, le=0.5)
    learn_pace: bool = False
    off: tuple[str, ...] = ("news-to-the-content",)


type Team = Literal["sales", "marketing", "product", "service"]
type Contacted = Literal["ask", "give", "thank", "news", "service"]
type Reached = Literal["email", "sms", "phone", "whatsapp", "letter", "in_person"]
type Hooked = Literal["sms", "whatsapp", "letter", "phone"]  # what a service can carry: words to an address
type Basis = Literal["consent", "soft opt-in", "legitimate interest", "contract"]
type Purpose = Literal["contract", "service", "feedback", "marketing", "public"]
type Purposes = tuple[Purpose, ...]

_OF_ALL: dict[Contacted, Purposes] = {
    "service": ("contract", "service", "feedback", "marketing", "public"),
    "thank": ("contract", "feedback", "marketing", "public"),
    "give": ("contract", "feedback", "marketing", "public"),
    "ask": ("contract", "feedback", "marketing", "public"),
    "news": ("contract", "marketing", "public"),
}


class Voice(_Frozen):
    """What of people's words is nobody's business, and whether employees are scored."""

    sensitive: tuple[str, ...] = ()
    agents: bool = False
    semantic: bool = False


# What is to stand in a text, and what that is to people.
_SITE = r"^(https?://[^/\s]+)?$"
_DATABASE = r"^(postgres(ql)?://\S+)?$"
_MAIL = r"^(smtps?://\S+|(postmark|mailgun|mailgun-eu|mailjet|sparkpost|brevo)://[^@\s]+@\S*)?$"
_SERVICE = r"^(https://[^\s/?#@]+([/?]\S*)?|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?([/?]\S*)?)$"
_NAMED = r"^[^\x00\s]*$"
_MAILBOX = r"^(imaps?://\S+)?$"
_OWN_SITE = r"""^(https://[^/\s"'<>@\\]+(/[^\s"'<>\\]*)?)?$"""
_SIZE = r"^\d+(\.\d+)?\s?(MB|GB|TB|MiB|GiB|TiB)$"
_WITH_PASSWORD = re.compile(r"//[^/@\s]+@")  # of an address: an error does not repeat it
_MEANT = {
    _SITE: '"https://" and a host, without a path',
    _DATABASE: '"postgresql://user:password@host/database"',
    _MAIL: '"smtps://user:password@host:465", or a provider such as "postmark://token@"',
    _SERVICE: '"https://" and an address; "http://" on this machine alone',
    _NAMED: "the name of an environment variable or of a file, without blanks",
    _MAILBOX: '"imaps://user:password@host/INBOX"',
    _OWN_SITE: '"https://" and an address',
    _SIZE: 'a size such as "2GB"',
}


class Minors(_Frozen):
    """Children are known by name only: no worth, no voice, no standing."""

    age: int = Field(default=16, ge=0, le=21)


class Web(_Frozen):
    """The pages: where they are served, where what people write is kept, when the night's work begins."""

    address: str = Field(default="", pattern=_SITE)
    database: str = Field(default="", pattern=_DATABASE)
    nightly: Clock = "03:00"
    mail: str = Field(default="", pattern=_MAIL)
    mail_from: str = ""
    proxy: str = ""
    second_factor: bool = False


class Hook(_Frozen):
    """A service that carries what we write, or is told what customers say: where, and by which secret both sign."""

    url: str = Field(pattern=_SERVICE)
    secret: str = Field(default="", pattern=_NAMED)


class Outreach(_Frozen):
    """What leaves: from whom, what stands beneath, what may go without a person's approval."""

    sender: str = ""
    reply_to: str = ""
    postal: str = ""
    unapproved: dict[Team, tuple[Literal["thank", "service"], ...]] = {}
    answers: str = Field(default="", pattern=_MAILBOX)
    follow: bool = False
    hooks: dict[Hooked, Hook] = {}
    tells: Hook | None = None

    def goes_by_itself(self, channel: str) -> bool:
        """Does what is let out by that channel leave without anybody's hand?"""
        return channel == "email" or self.hook_of(channel) is not None

    def hook_of(self, channel: str) -> Hook | None:
        """The service that carries that channel, if there is one."""
        return next((hook for name, hook in self.hooks.items() if name == channel), None)


class Portal(_Frozen):
    """The customers' own pages."""

    on: bool = True
    site: str = Field(default="", pattern=_OWN_SITE)


class Engine(_Frozen):
    """What the embedded engine may use of this machine."""

    memory: str = Field(default="2GB", pattern=_SIZE)
    threads: int = Field(default=0, ge=0)
    spill: str = ""


class Settings(_Frozen):
    """Everything that byname.toml may say. A field that is not here is an error there."""

    name: str = Field(min_length=1)
    currency: CurrencyCode = "EUR"
    zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    country: Annotated[str, AfterValidator(_country)] = "DE"
    margin: float = Field(default=1.0, gt=0, le=1)
    discount: float = Field(default=0.1, ge=0, lt=1)
    horizon_days: int = Field(default=365, ge=1, le=3660)
    backups: tuple[str, ...] = ()
    rates: dict[CurrencyCode, Annotated[Decimal, Field(gt=0)]] = {}
    exclude: Exclude = Exclude()
    identity: Identity = Identity()
    value: Value = Value()
    events: tuple[Event, ...] = ()
    employees: tuple[Employee, ...] = ()
    voice: Voice = Voice()
    minors: Minors = Minors()
    teams: Teams = Teams()
    plan: Plan = Plan()
    basis: dict[Reached, dict[Contacted, Basis]] = {}
    uses: dict[Contacted, Purposes] = {}
    dates: Dates = Dates()
    engine: Engine = Engine()
    web: Web = Web()
    outreach: Outreach = Outreach()
    portal: Portal = Portal()

    def basis_of(self, channel: Reached, kind: Contacted) -> Basis:
        """On what ground we may contact somebody so: consent, but for service, which the contract asks for."""
        return self.basis.get(channel, {}).get(kind, "contract" if kind == "service" else "consent")

    def may_use(self, kind: Contacted) -> Purposes:
        """What records may have been given for, to be spoken of in a contact of that kind."""
        return self.uses.get(kind, _OF_ALL[kind])


TEMPLATE = """\
# What byname needs to know of this company. Times and amounts are read with this in mind.
name = "{name}"
currency = "{currency}"     # worth is said in this currency
zone = "{zone}"             # a day begins and ends here
country = "{country}"       # phone numbers without a country code are from here
margin = 1.0                # what is earned of each unit sold: 0.4 is 40%; 1.0 says worth as revenue
discount = 0.1              # a year: 100 next year are worth 90.9 today
horizon_days = 365          # how far worth looks ahead
backups = []                # where backups of this folder are: who is erased is told that they are there yet

[rates]                     # one unit of a foreign currency in yours; amounts without a rate are left out and counted
# USD = 0.92

[exclude]                   # who is not a customer: staff, tests, resellers; * stands for any letters
emails = []                 # "*@acme.example"
names = []                  # "Test *"
ids = []                    # the id that a source gives

[identity]
threshold = 0.9             # records are joined that are one person with at least this probability; 0.99 joins fewer
crowd = 50                  # a phone or an address with more names than this identifies nobody
nobody = []                 # e-mails, phones and ids that identify nobody: "till@acme.example", "+49 30 0000"

[identity.trust]            # whose spelling of a name or an address counts for more; 1 where nothing is said
# crm = 3

[identity.companies]        # a company and its parent, or the one that it became
# "Acme Labs" = "Acme"

[value]
acquisition_cost = 0.0      # what a new customer costs by advertising: a friend who was brought saves it
came_anyway = 0.5           # the share of friends who would have come without it; only an experiment can tell
generation_discount = 0.5   # what the friend's friend counts, of what the friend counts
# influence_worth = 5.0     # what one point of influence was shown to bring; without it influence is a score
# idea_worth = 500.0        # what an idea that was used is worth; without it ideas are a score

# [[events]]                # what was hard on customers: who bought on all the same?
# name = "Prices up"
# kind = "price rise"       # outage, late delivery, price rise, other
# begins = 2026-03-01
# ends = 2026-03-01         # the same day if it is left out

# [[employees]]             # so that customers' praise of them is found; aliases as sources write them
# name = "Ada Smith"
# aliases = ["asmith"]
# team = "service"          # sales, marketing, product, service
# minutes = 30              # a working day, to reach customers; their own share of the team's

[teams]                     # minutes of each team on a working day to reach customers
sales = 60
marketing = 60
product = 60
service = 60

[plan]
contacts = 4                # the most a person hears from us in `days` days: all teams, channels, tools; service apart
days = 28
rest_days = 5               # from one contact to the next
asks = 3                    # the most that we ask of a person in a year
gives_per_ask = 1.0         # thanks and gifts that come before each further ask
quiet_from = "20:00"        # by the person's own clock
quiet_to = "08:00"
weekend = false             # true also contacts on Saturday and Sunday
neglect_days = 180          # the best must hear a kind word at least so often
perks = 0                   # money a month for gifts and perks
discretion = 0              # money a month that each employee may spend on a customer without asking
held_out = 0.05             # the share of people whom nothing but service reaches, so that the whole can be proven
learn_pace = false          # true draws lots for how often some hear from us, never above their own limit
off = ["news-to-the-content"]   # playbooks that are not used; take this one out while there is real news

[basis]                     # on what ground: consent where nothing is said, contract for service
# email = {{ news = "soft opt-in" }}   # consent, soft opt-in, legitimate interest, contract

[uses]                      # what records may have been given for, to be spoken of in a contact of that kind
# news = ["contract", "marketing", "public"]

[voice]
sensitive = []              # words of products that are nobody's business, such as "pregnancy test": read, never quoted
semantic = false            # true reads by meaning too, ten times slower; needs pip install 'byname[semantic]'
agents = false              # true scores employees from 20 ratings up; who is below the others is never named

[minors]
age = 16                    # younger people have a name here and nothing else

[web]
address = ""                # where others open the pages: "https://byname.acme.example"; empty: this machine only
database = ""               # "postgresql://user:password@host/name" for what people write; empty: app.sqlite3 here
nightly = "03:00"           # when the night's refresh begins
mail = ""                   # "smtp://user:password@host:587": the morning's mail, passwords; empty: no mail is sent
mail_from = ""              # "byname@acme.example"
proxy = ""                  # "127.0.0.1": the proxy before the pages, whose word on who calls is believed; empty: none
second_factor = false       # true: owners and data stewards must have a second factor

[outreach]                  # mail to customers; it leaves by [web] mail, each one only when the gate lets it
sender = ""                 # "Kettle & Board <hello@acme.example>"; empty: nothing is sent
reply_to = ""               # where answers go; empty: to the sender
postal = ""                 # the company's postal address, beneath every mail
unapproved = {{}}             # {{ service = ["thank", "service"] }}: what goes unapproved; asks never do
answers = ""                # "imaps://user:password@host/INBOX": where replies and bounces are read
follow = false              # true: customers may allow it on their page to be seen opening letters and following links
# tells = {{ url = "https://crm.example/in", secret = "CRM_SECRET" }}  # your own systems: told of each wish and erasure

[outreach.hooks]            # services that carry sms, whatsapp, letter or phone; without one it is for somebody's hand
# sms = {{ url = "https://sms.example/in", secret = "SMS_SECRET" }}  # secret: an environment variable, or a file here

[portal]
on = true                   # customers have pages of their own: what is held, wishes, ideas
site = ""                   # "https://www.acme.example": your own site, for friends of customers; empty: only your name

[dates]
order = ""                  # "dmy" or "mdy": how to read 03/04/2026 where a file does not decide it

[engine]
memory = "2GB"              # more than that goes to disk
threads = 0                 # 0: all
spill = ""                  # where to; empty: inside this folder
"""


@dataclass(frozen=True)
class Company:
    """One company's folder."""

    folder: Path
    settings: Settings

    @property
    def facts(self) -> Path:
        """The ledger."""
        return self.folder / "facts"

    @property
    def refused(self) -> Path:
        """Rows that were not taken."""
        return self.folder / "refused"

    @property
    def mappings(self) -> Path:
        """What the columns of unknown files mean, one TOML file a header."""
        return self.folder / "mappings"

    @property
    def snapshots(self) -> Path:
        """What the refreshes made."""
        return self.folder / "snapshots"

    @property
    def models(self) -> Path:
        """What was learned from this company's own records, one folder a model."""
        return self.folder / "models"

    @property
    def playbooks(self) -> Path:
        """The company's own playbooks, beside those that byname ships."""
        return self.folder / "playbooks"

    @property
    def readings(self) -> Path:
        """What texts were read as, so that each is read once; all of it can be made anew."""
        return self.folder / "cache" / "readings"

    @property
    def spill(self) -> Path:
        """Where work that does not fit in memory goes; a folder of this process, removed when it ends."""
        root = Path(self.settings.engine.spill) / "byname" if self.settings.engine.spill else self.folder / "spill"
        return root.absolute() / str(os.getpid())

    def fingerprint_key(self) -> str:
        """The key with which official numbers are made into fingerprints; made when it is first asked for.

        It stands beside the facts, not in them: a copy of the ledger alone tells no number.
        """
        return self._secret("fingerprint.key")

    def lots_key(self) -> str:
        """The salt of all lots: who is held out stays held out, and nobody can guess or choose it."""
        return self._secret("lots.key")

    def web_key(self) -> str:
        """The key with which the pages sign sessions and links."""
        return self._secret("web.key")

    def handover_key(self) -> str:
        """The key with which the company's own sign-in signs whom it hands over to their page."""
        return self._secret("handover.key")

    def hook_key(self, channel: str) -> str:
        """The key by which we and the service of a channel sign, where byname.toml names none."""
        return self._secret(f"hook-{channel}.key")

    def _secret(self, name: str) -> str:
        path = self.folder / name
        if not path.is_file():
            beside = path.with_name(f".{name}-{os.getpid()}")
            beside.write_text(secrets.token_hex(32), "utf-8")
            beside.chmod(0o600)
            try:
                os.link(beside, path)  # who comes second takes what the first made
            except FileExistsError:
                pass
            finally:
                beside.unlink()
        return path.read_text("utf-8")

    def on_threads(self, threads: int) -> Company:
        """The same company, whose engine uses so many threads whatever byname.toml says."""
        engine = self.settings.engine.model_copy(update={"threads": threads})
        return Company(self.folder, self.settings.model_copy(update={"engine": engine}))

    def clear_spill(self) -> None:
        """Remove this process's spill folder, and those of processes that were killed."""
        shutil.rmtree(self.spill, ignore_errors=True)
        for left in self.spill.parent.glob("[0-9]*"):
            if not is_running(left.name):
                shutil.rmtree(left, ignore_errors=True)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The company's time zone."""
        return ZoneInfo(self.settings.zone)

    def end_of(self, day: date) -> datetime:
        """The instant, UTC without a zone, at which that day ends here."""
        midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=self.zone)
        return midnight.astimezone(UTC).replace(tzinfo=None)

    def today(self) -> date:
        """Today's date here."""
        return datetime.now(self.zone).date()


def open_company(folder: Path) -> Company:
    """Read byname.toml of that folder.

    Raises:
        UsageError: there is no such folder, or it is no company's.
        SettingsError: a setting is unknown or wrong; names file, key, found and expected.
    """
    path = folder / "byname.toml"
    if not path.is_file():
        raise UsageError(
            where=str(folder),
            found="no byname.toml",
            expected="a company's folder",
            do=f"Make one with: byname init {folder}",
        )
    return Company(folder, settings_of(path.read_bytes(), path))


def settings_of(text: bytes, path: Path) -> Settings:
    """The settings that a byname.toml of that text says.

    Raises:
        SettingsError: a setting is unknown or wrong; names file, key, found and expected.
    """
    try:
        said = tomllib.loads(text.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise SettingsError(
            where=str(path), found=f"text that is not TOML ({broken})", expected="key = value lines"
        ) from broken
    try:
        return Settings.model_validate(said)
    except ValidationError as wrong:
        raise _settings_error(path, wrong) from wrong


def create(folder: Path, *, name: str, currency: str, zone: str, country: str) -> Company:
    """Make a company's folder with a commented byname.toml.

    Raises:
        UsageError: the folder is a company's already, or an option is wrong.
    """
    path = folder / "byname.toml"
    if path.exists():
        raise UsageError(
            where=str(folder),
            found="a byname.toml",
            expected="a folder that is not a company's yet",
            do=f"Read files into it with: byname add {folder} FILE",
        )
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    text = TEMPLATE.format(name=quoted, currency=currency, zone=zone, country=country)
    try:
        settings = Settings.model_validate(tomllib.loads(text))
    except ValidationError as wrong:
        raise _settings_error(path, wrong) from wrong
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return Company(folder, settings)


def is_running(pid: str) -> bool:
    """Is there a process of that id? False, too, for what is no id."""
    try:
        os.kill(int(pid), 0)
    except (ValueError, OverflowError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def _settings_error(path: Path, wrong: ValidationError) -> SettingsError:
    """Say the first wrong setting in our own words."""
    error = wrong.errors()[0]
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        known = _known_keys(error["loc"][:-1])
        return SettingsError(
            where=f"{path}, {key}",
            found="an unknown setting",
            expected=f"one of {', '.join(known)}{nearest(str(error['loc'][-1]), known)}",
        )
    found = "nothing" if error["type"] == "missing" else _WITH_PASSWORD.sub("//…@", repr(error["input"]))
    return SettingsError(where=f"{path}, {key}", found=found, expected=_expected(error))


def _known_keys(path: tuple[Any, ...]) -> list[str]:
    if path[:1] == ("events",):
        return list(Event.model_fields)
    sections: dict[tuple[Any, ...], type[BaseModel]] = {
        ("exclude",): Exclude,
        ("identity",): Identity,
        ("value",): Value,
        ("dates",): Dates,
        ("engine",): Engine,
    }
    return list(sections.get(path, Settings).model_fields)


def _expected(error: Any) -> str:
    if error["type"] == "string_pattern_mismatch":
        return _MEANT[error["ctx"]["pattern"]]
    message = str(error["msg"]).removeprefix("Value error, ")
    return message.removeprefix("Input should be ") if message else "another value"
