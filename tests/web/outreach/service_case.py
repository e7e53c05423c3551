"""A service that carries words by another channel, and processes that send to it, to be killed.

    python -m tests.web.outreach.service_case FOLDER URL KEY

sends what is due by sms.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from byname.company import Company, Hook, open_company

KEY = "whsec_" + "c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBtb3Jl"
NAMED = "BYNAME_TEST_HOOK"
SITE = "https://pages.kettle.test"


@dataclass
class Service:
    """What a service was told, and how it answers.

    Attributes:
        heard: headers and bodies, in order.
        answers: status, headers and words of an answer; None: it hangs up.
        port: where it listens.
    """

    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: Callable[[bytes], tuple[int, dict[str, str], bytes] | None] = lambda _body: (200, {}, b"{}")
    port: int = 0

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}/in?of=kettle"

    @property
    def told(self) -> list[dict[str, Any]]:
        """The contacts."""
        return [json.loads(body)["data"] for _headers, body in self.heard]


@contextmanager
def serving(service: Service) -> Iterator[Service]:
    """That service, listening."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            service.heard.append(
                ({**{name.lower(): value for name, value in self.headers.items()}, "path": self.path}, body)
            )
            said = service.answers(body)
            if said is None:
                self.close_connection = True
                return
            status, headers, words = said
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(words)))
            self.end_headers()
            self.wfile.write(words)

        def log_message(self, *_said: object) -> None:
            """Nothing is printed."""

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def hooked(company: Company, url: str, *channels: str, **said: Any) -> Company:
    """The same company, which a service at that address carries these channels for; without any, sms."""
    hooks = {channel: Hook(url=url, secret=NAMED) for channel in channels or ("sms",)}
    outreach = company.settings.outreach.model_copy(update={"hooks": hooks})
    web = company.settings.web.model_copy(update={"address": SITE, **said})
    return Company(company.folder, company.settings.model_copy(update={"outreach": outreach, "web": web}))


def main(folder: str, url: str, key: str) -> None:
    from byname.web.starting import configure

    os.environ[NAMED] = key
    company = open_company(Path(folder))
    configure(company)
    from byname.snapshot import open_current
    from byname.web.desk import Desk
    from byname.web.outreach.by_service import send_due

    send_due(Desk(hooked(company, url), open_current(company)), "sms")


if __name__ == "__main__":
    main(*sys.argv[1:])
