"""A real server of a copy of the shop, on a free port."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest

EMAIL, PASSWORD = "alice@kettle.test", "a long enough pass phrase"
_SECONDS = 240  # a machine with other work


class Server:
    """`byname serve` of a folder; what it says is read as it comes."""

    def __init__(self, folder: Path, *options: str, **environment: str) -> None:
        self.said = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "byname.cli", "serve", str(folder), "--port", "0", *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "COLUMNS": "300", **environment},
            text=True,
        )
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line

    @property
    def address(self) -> str:
        """Where it answers."""
        return str(until(lambda: (found := re.search(r"http://\S+:\d+", self.said)) and found[0], self))

    def end(self, kind: signal.Signals = signal.SIGTERM) -> int:
        """End it; returns its exit status."""
        self.process.send_signal(kind)
        status = self.process.wait(60)
        self.close()
        return status

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._reading.join()
        if self.process.stdout:
            self.process.stdout.close()


def until(found: Any, server: Server | None = None, seconds: float = _SECONDS) -> Any:
    """What is found, as soon as it is there."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := found():
            return value
        if server is not None and server.process.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError(f"not found; the server said: {server.said if server else ''}")


class Browser:
    """Somebody who is signed in to a server."""

    def __init__(self, address: str, email: str = EMAIL, password: str = PASSWORD) -> None:
        self.address = address
        self._cookies = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies))
        page = self.get("/accounts/login/")
        self.post("/accounts/login/?next=/data/", {"login": email, "password": password}, token=_token(page))

    def get(self, path: str) -> str:
        with self._opener.open(self.address + path, timeout=60) as answer:
            return str(answer.read().decode())

    def post(self, path: str, sent: dict[str, str], *, token: str = "") -> str:
        token = token or _token(self.get("/data/"))
        data = urllib.parse.urlencode({**sent, "csrfmiddlewaretoken": token}).encode()
        request = urllib.request.Request(self.address + path, data, {"Referer": self.address + path})  # noqa: S310 - our own
        with self._opener.open(request, timeout=60) as answer:
            return str(answer.read().decode())

    def upload(self, name: str, content: str) -> str:
        mark, token = "----kettle", _token(self.get("/data/"))
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n',
            f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n{content}\r\n',
            f"--{mark}--\r\n",
        ]
        headers = {"Content-Type": f"multipart/form-data; boundary={mark}"}
        request = urllib.request.Request(self.address + "/data/upload/", "".join(parts).encode(), headers)  # noqa: S310
        with self._opener.open(request, timeout=60) as answer:
            return str(answer.read().decode())


def _token(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found, page
    return found[1]


@pytest.fixture
def serving() -> Iterator[Any]:
    """Starts servers; all end with the test."""
    servers: list[Server] = []

    def start(folder: Path, *options: str, **environment: str) -> Server:
        servers.append(Server(folder, *options, **environment))
        return servers[-1]

    yield start
    for server in servers:
        server.close()
