"""From today's list to a mail, from the mail to her own page, from there to being forgotten (S4.2, S0.6, S0.14, S2.19)."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from email.message import EmailMessage
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest

from byname.company import Company
from byname.demo import simulated
from tests.forgetting.marked import found_in
from tests.web.outreach.postbox import SENDER, Box
from tests.web.outreach.postbox import serving as taking
from tests.web.serve.conftest import EMAIL, PASSWORD, Browser, until

AS_OF = simulated.AS_OF.isoformat()
POSTAL = "Kettle & Board, 4 Spout Lane, Leeds"
IDEA = "A kettle that whistles in tune"


class Customer:
    """A browser of hers: no account, only a link."""

    def __init__(self, link: str) -> None:
        self.site = link.partition("/my/")[0]
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.page = self.get(link)

    def get(self, path: str) -> str:
        with self._opener.open(urllib.parse.urljoin(self.site, path), timeout=60) as answer:
            self.page = str(answer.read().decode())
        return self.page

    def post(self, path: str, **sent: str) -> str:
        """Send the form of the page that is open."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page)
        assert token, self.page
        data = urllib.parse.urlencode({**sent, "csrfmiddlewaretoken": token[1]}).encode()
        address = urllib.parse.urljoin(self.site, path)
        request = urllib.request.Request(address, data, {"Referer": address})  # noqa: S310 - our own
        with self._opener.open(request, timeout=60) as answer:
            self.page = str(answer.read().decode())
        return self.page


@pytest.fixture
def shop(company: Company, tmp_path: Path) -> Path:
    """A copy of the shop, without the app database of other tests and the files that the shop itself exported."""
    return shutil.copytree(
        company.folder, tmp_path / "shop", ignore=shutil.ignore_patterns("app.sqlite3*", "exports", "truth*")
    )


def mailing(shop: Path, box: Box) -> int:
    """Let the shop send mail to the box; the port at which its pages are."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    path, said = shop / "byname.toml", (shop / "byname.toml").read_text("utf-8")
    for name, value in (
        ("address", f"http://127.0.0.1:{port}"),
        ("mail", f"smtp://127.0.0.1:{box.port}"),
        ("sender", SENDER),
        ("postal", POSTAL),
    ):
        said, count = re.subn(rf'(?m)^{name} = ""', f'{name} = "{value}"', said)
        assert count == 1, name
    path.write_text(said, "utf-8")
    return port


def approve_one(staff: Browser) -> None:
    """Have the day's letters written, and say yes to one that goes by e-mail and has nothing to fill in."""
    staff.post("/letters/day/", {})
    for key in dict.fromkeys(re.findall(r"/letters/one/([\w-]+)/decide/", staff.get("/letters/?state=waiting"))):
        page = staff.get(f"/letters/one/{key}/")
        if "by e-mail" not in page or 'class="to-fill"' in page or "no words to start with" in page:
            continue
        if "Look at it first" in page:
            action = re.search(r"/letters/playbook/([\w-]+)/", page)
            assert action
            assert "As real people would get it" in staff.get(f"/letters/playbook/{action[1]}/")
            staff.post(f"/letters/playbook/{action[1]}/looked/", {})
        staff.post(f"/letters/one/{key}/decide/", {"how": "approve"})
        return
    pytest.fail("no letter of the day goes by e-mail and is whole")


def the_mail(box: Box) -> tuple[str, EmailMessage]:
    until(lambda: box.taken)
    ((to,), message) = box.taken[0]
    return to, message


def is_forgotten(shop: Path, address: str) -> bool:
    """Is the search's index without her, and no erasure under way?"""
    indexes = [path.read_bytes() for path in shop.glob("snapshots/*/index.sqlite")]
    return not any(address.encode() in index for index in indexes) and not list(shop.glob("erasing/*.json"))


def byname(*arguments: str) -> Any:
    """What a command of ours says as JSON."""
    ran = subprocess.run(
        [sys.executable, "-m", "byname.cli", *arguments, "--format", "json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.returncode in (0, 1), ran.stderr
    return json.loads(ran.stdout)


def test_a_letter_is_approved_and_sent_she_comes_to_her_page_lowers_the_pace_has_an_idea_and_is_forgotten(
    shop: Path, serving: Any
) -> None:
    with taking(Box()) as box:
        port = mailing(shop, box)
        first = ("--email", EMAIL, "--name", "Alice", "--port", str(port), "--as-of", AS_OF)
        server = serving(shop, *first, BYNAME_PASSWORD=PASSWORD)
        staff = Browser(server.address)
        approve_one(staff)

        address, mail = the_mail(box)
        assert (mail["From"], mail["To"]) == (SENDER, address)
        assert "/u/" in mail["List-Unsubscribe"]
        assert mail["List-ID"]
        assert mail["Message-ID"].endswith("@kettle.test>")
        plain = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert POSTAL in plain
        assert mail.get_body(("html",)) is not None
        link = re.search(r"http://\S+/my/in/\S+/", plain)
        assert link, plain

        her = Customer(link[0])
        assert "What we know of you" in her.post(link[0]) or "/my/wishes/" in her.page
        with pytest.raises(urllib.error.HTTPError, match="404"):
            Customer(link[0])  # it is used
        pace = re.search(r'<option value="([^"]*month[^"]*)"', her.get("/my/wishes/"))
        assert pace
        assert pace[1] in her.post("/my/do/pace/", pace=pace[1])
        her.get("/my/ideas/new/")
        assert IDEA in her.post("/my/ideas/new/", title=IDEA, text="In the key of D.", anyway="yes")
        assert IDEA in staff.get("/ideas/")
        assert address in staff.get(f"/people/?q={urllib.parse.quote(address)}")

        her.get("/my/erase/")
        assert "/my/way-in/" in her.post("/my/erase/") or "number" in her.page
        began = time.monotonic()
        assert IDEA not in staff.get("/ideas/")
        assert "/person/" not in staff.get(f"/people/?q={urllib.parse.quote(address)}")
        assert time.monotonic() - began < 30
        until(lambda: is_forgotten(shop, address), server)
        assert len(box.taken) == 1
        assert server.end() == 0

    assert not found_in(shop, (address, IDEA))
    refreshed = subprocess.run(
        [sys.executable, "-m", "byname.cli", "refresh", str(shop), "--as-of", AS_OF],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert refreshed.returncode == 0, refreshed.stderr
    assert address not in json.dumps(byname("today", str(shop)))
    assert address not in json.dumps(byname("who", str(shop), address))
    assert not found_in(shop, (address, IDEA))
