"""Rows that were not taken: what was found, what was expected, what to do; and as a file to correct and read again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.http import FileResponse, Http404
from django.shortcuts import render
from django.views.decorators.http import require_POST

from byname.web import served
from byname.web.accounts.audit import log
from byname.web.accounts.policy import account_of, demand, requires

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from byname.company import Company

__all__ = ["Refused", "download", "refused_files", "rows"]

_PER_PAGE = 50
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Refused:
    """The refused rows of one file."""

    name: str
    rows: int


def refused_files(company: Company) -> list[Refused]:
    """The files of refused rows, those with most first."""
    found = []
    for path in company.refused.glob("*.jsonl"):
        told = path.stat()
        found.append(Refused(path.name, _lines(path, told.st_size, told.st_mtime_ns)))
    return sorted(found, key=lambda one: (-one.rows, one.name))


@lru_cache(256)
def _lines(path: Path, _size: int, _changed: int) -> int:
    """How many lines a file has; counted once as long as it stays the same."""
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(_CHUNK), b""))


def _path(name: str) -> Path:
    """The file of that name; only of those that are listed, so that no name leads elsewhere."""
    company = served.company()
    for path in company.refused.glob("*.jsonl"):
        if path.name == name:
            return path
    raise Http404


@requires("data")
def rows(request: HttpRequest, name: str) -> HttpResponse:
    """Show refused rows, a page at a time."""
    path = _path(name)
    told = path.stat()
    many = _lines(path, told.st_size, told.st_mtime_ns)
    asked = request.GET.get("from", "")
    first = min(int(asked), many) if asked.isdecimal() else 0
    found = list(islice(_read(path), first, first + _PER_PAGE))
    more = {
        "before": max(0, first - _PER_PAGE) if first else None,
        "after": first + _PER_PAGE if first + _PER_PAGE < many else None,
    }
    where = {"name": name, "many": many, "first": first + 1, "last": first + len(found)}
    return render(request, "console/data_refused.html", {"rows": found, **more, **where})


def _read(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


@require_POST  # it is logged: to look changes nothing
def download(request: HttpRequest, name: str) -> HttpResponseBase:
    """Hand out the file of refused rows; who took it is in the audit log."""
    demand(request.user, "data")
    path = _path(name)
    log(account_of(request), "export", f"refused/{name}"[:200])
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/x-ndjson")
