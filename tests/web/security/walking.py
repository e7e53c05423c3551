"""The whole URL table with an address for each entry, found by following the pages' own links and forms.

A page that is added is walked without anything being written here: its address is what some page links to, else one made of
its converters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse, QueryDict
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

__all__ = ["Form", "Page", "Reading", "Table", "is_html", "walked"]

_ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>")
_MADE = {"int": "1", "uuid": "00000000-0000-4000-8000-000000000000", "str": "x", "slug": "x", "path": "x"}
_TYPED = {"email": "somebody@kettle.test", "number": "1", "date": "2026-06-30", "time": "08:00", "hidden": ""}
_NO_PAGES = ("/static/", "/api/docs")


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


@dataclass
class Table:
    """All entries, and the forms that lead to them."""

    pages: list[Page]
    forms: list[Form]

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


def is_html(answer: HttpResponse) -> bool:
    return str(answer.get("Content-Type", "")).startswith("text/html") and not answer.streaming


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


def walked(client: Client, known: Mapping[str, str]) -> Table:
    """Walk the table as somebody who may see everything.

    Args:
        client: theirs.
        known: values of arguments where no page links to an entry.
    """
    routes = {route: name for name, route in _entries(get_resolver().url_patterns)}
    assert not [route for route in routes if "(?P" in route], "write these as path(), so that they can be walked"
    address_of = {route: route for route in routes if not _ARGUMENT.search(route)}
    forms: dict[tuple[str, str, tuple[str, ...]], Form] = {}
    waiting, done = list(address_of.values()), set[str]()
    while waiting:
        address = waiting.pop(0)
        if address in done or address.startswith(("/accounts/logout", *_NO_PAGES)):
            continue
        done.add(address)
        answer = client.get(address)
        if answer.status_code != 200 or not is_html(answer):  # type: ignore[arg-type]
            continue
        seen = _Seen()
        seen.feed(answer.content.decode())
        for action, method, fields in seen.forms:
            there = urljoin(address, action or address).partition("?")[0]
            sent = {**dict(parse_qsl(urlsplit(action).query)), **fields}
            sent.pop("csrfmiddlewaretoken", None)
            forms.setdefault((there, method, tuple(sent)), Form(there, method, sent))
            seen.links.append(there)
        for link in seen.links:
            parts = urlsplit(urljoin(f"http://testserver{address}", link))
            if parts.netloc != "testserver" or parts.path.startswith(_NO_PAGES):
                continue
            try:
                route = f"/{resolve(parts.path).route}"
            except Resolver404:
                continue
            if route in routes and route not in address_of:
                address_of[route] = parts.path
                waiting.append(parts.path)
    pages = [Page(name, route, address_of.get(route) or _made(route, known)) for route, name in routes.items()]
    return Table(pages, list(forms.values()))


class Reading:
    """While it is entered, notes which query parameters a page asks for."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def __enter__(self) -> Reading:
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

        WSGIRequest.GET = property(noted)  # type: ignore[assignment,misc]
        return self

    def __exit__(self, *_error: object) -> None:
        WSGIRequest.GET = self._stood  # type: ignore[misc]
