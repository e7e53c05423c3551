"""The whole URL table with an address for each entry, found by following the pages' own links and forms.

A page that is added is walked without anything being written here: its address is what some page links to, else one made of
its converters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Self
from urllib.parse import SplitResult, parse_qsl, urljoin, urlsplit

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse, QueryDict
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

__all__ = ["Answer", "Form", "Page", "Patient", "Reading", "Table", "is_html", "walked"]

_ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>")
_MADE = {"int": "1", "uuid": "00000000-0000-4000-8000-000000000000", "str": "x", "slug": "x", "path": "x"}
_TYPED = {"email": "somebody@kettle.test", "number": "1", "date": "2026-06-30", "time": "08:00", "hidden": ""}


@dataclass(frozen=True)
class Page:
    """An entry of the URL table.

    Attributes:
        name: with its namespace.
        route: as the table has it.
        address: one that it answers.
    """

    name: str
    route: str
    address: str


@dataclass(frozen=True)
class Form:
    """What a page's form sends, as it stands there; what is empty is filled."""

    address: str
    method: str
    fields: Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str


class Patient(Client):
    """A browser that shows an error's page, so that a test can name every address that fails, and reads files to their end."""

    def __init__(self, like: Client | None = None, **more: Any) -> None:
        super().__init__(raise_request_exception=False, **more)
        if like is not None:
            self.cookies = like.cookies

    def request(self, **request: Any) -> Any:
        """Answer, with the whole of a file in `read`."""
        answer = super().request(**request)
        answer.read = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        return answer


@dataclass
class Table:
    """All entries, the forms that lead to them, what each showed to who may see everything, and what looking changed."""

    pages: list[Page]
    forms: list[Form]
    shown: Mapping[str, Answer]
    changed: list[str] = field(default_factory=list)

    def sent_to(self, address: str) -> Mapping[str, str]:
        """What the pages' own form sends there; nothing where no form was seen."""
        return next((form.fields for form in self.forms if form.address == address and form.method == "post"), {})


@dataclass
class _Seen(HTMLParser):
    links: list[str] = field(default_factory=list)
    forms: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {key: value or "" for key, value in attrs}
        for key in ("href", "hx-get", "src"):
            if key in said:
                self.links.append(said[key])
        if "hx-post" in said:
            self.forms.append((said["hx-post"], "post", {}))
        if tag == "form":
            self.forms.append((said.get("action", ""), said.get("method", "get").lower(), {}))
        elif self.forms and (name := said.get("name")) and tag in ("input", "textarea", "button", "select"):
            typed = said.get("type", "text")
            if tag == "select":
                self._select = name
            if typed not in ("checkbox", "radio", "file") or "checked" in said:
                self.forms[-1][2].setdefault(name, said.get("value") or _TYPED.get(typed, "some words"))
        elif self.forms and tag == "option" and self._select and ("selected" in said or said.get("value")):
            self.forms[-1][2][self._select] = said.get("value", "")
            self._select = ""


def is_html(answer: HttpResponse | Mapping[str, str]) -> bool:
    """Whether it is a page; an answer or its headers."""
    return str(answer.get("Content-Type", "")).startswith("text/html")


def _entries(
    patterns: list[URLPattern | URLResolver], before: str = "/", spaces: tuple[str, ...] = ()
) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from _entries(pattern.url_patterns, route, inner)
        else:
            yield ":".join((*spaces, pattern.name or route)), route


def _made(route: str, known: Mapping[str, str]) -> str:
    return _ARGUMENT.sub(lambda found: known.get(found[2]) or _MADE[found[1] or "str"], route)


class _Walk:
    """One way through the table."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.routes = {route: name for name, route in _entries(get_resolver().url_patterns)}
        assert not [route for route in self.routes if "(?P" in route], (
            "write these as path(), so that they can be walked"
        )
        self.address_of = {route: route for route in self.routes if not _ARGUMENT.search(route)}
        self.forms: dict[tuple[str, str, tuple[str, ...]], Form] = {}
        self.shown: dict[str, Answer] = {}

    def look(self, address: str) -> None:
        """Open a page, and remember where it leads."""
        if address in self.shown:
            return
        answer: Any = self._client.get(address)
        self.shown[address] = Answer(answer.status_code, dict(answer.headers), answer.read.decode(errors="replace"))
        if answer.status_code != 200 or not is_html(answer):
            return
        seen = _Seen()
        seen.feed(self.shown[address].text)
        for action, method, fields in seen.forms:
            there = urljoin(address, action or address).partition("?")[0]
            sent = {**dict(parse_qsl(urlsplit(action).query)), **fields}
            sent.pop("csrfmiddlewaretoken", None)
            self.forms.setdefault((there, method, tuple(sent)), Form(there, method, sent))
            seen.links.append(there)
        for link in seen.links:
            self._learn(urlsplit(urljoin(f"http://testserver{address}", link)))

    def _learn(self, link: SplitResult) -> None:
        if link.netloc != "testserver" or link.path.startswith("/static/"):
            return
        try:
            route = f"/{resolve(link.path).route}"
        except Resolver404:
            return
        if route in self.routes:
            self.address_of.setdefault(route, link.path)


def walked(client: Client, known: Mapping[str, str]) -> Table:
    """Walk the table as somebody who may see everything.

    Args:
        client: theirs.
        known: values of arguments where no page links to an entry.
    """
    walk = _Walk(client)
    while waiting := [address for address in walk.address_of.values() if address not in walk.shown]:
        for address in waiting:
            walk.look(address)
    pages = [
        Page(name, route, walk.address_of.get(route) or _made(route, known)) for route, name in walk.routes.items()
    ]
    for page in pages:
        walk.look(page.address)
    return Table(pages, list(walk.forms.values()), walk.shown)


class Reading:
    """While it is entered, notes which query parameters a page asks for."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def __enter__(self) -> Self:
        self._stood = WSGIRequest.__dict__["GET"]
        reading = self

        class Noting(QueryDict):
            def __getitem__(self, key: Any) -> Any:
                reading.asked.add(str(key))
                return super().__getitem__(key)

            def get(self, key: Any, default: Any = None) -> Any:
                reading.asked.add(str(key))
                return super().get(key, default)

            def getlist(self, key: Any, default: Any = None) -> Any:
                reading.asked.add(str(key))
                return super().getlist(key, default)

            def __contains__(self, key: Any) -> bool:
                reading.asked.add(str(key))
                return super().__contains__(key)

        def noted(request: WSGIRequest) -> QueryDict:
            return Noting(request.environ.get("QUERY_STRING", ""))

        WSGIRequest.GET = property(noted)  # type: ignore[assignment,method-assign]
        return self

    def __exit__(self, *_error: object) -> None:
        WSGIRequest.GET = self._stood  # type: ignore[method-assign]
