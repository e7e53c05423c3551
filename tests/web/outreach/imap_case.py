"""A small IMAP server: the few commands that reading a mailbox takes, over a real socket."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Mailbox:
    """What lies in the mailbox.

    Attributes:
        mails: uid → the mail as it came.
        validity: another number says that it was made anew.
        asked: every command, for a test to look at.
        lies: uid → a size that is said instead of the true one.
        port: where the server listens.
    """

    mails: dict[int, bytes] = field(default_factory=dict)
    validity: int = 7
    asked: list[str] = field(default_factory=list)
    lies: dict[int, int] = field(default_factory=dict)
    password: str = "open sesame"
    port: int = 0

    def put(self, raw: bytes) -> int:
        """Put a mail into it."""
        uid = max(self.mails, default=0) + 1
        self.mails[uid] = raw
        return uid


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        for line in self.rfile:
            tag, _, said = line.decode().strip().partition(" ")
            box: Mailbox = self.server.box  # type: ignore[attr-defined]
            box.asked.append(said)
            how = self._answer(box, said)
            self.wfile.write(f"{tag} {how}\r\n".encode())
            if said.upper() == "LOGOUT":
                return

    def _answer(self, box: Mailbox, said: str) -> str:
        verb = said.upper()
        if verb == "CAPABILITY":
            self.wfile.write(b"* CAPABILITY IMAP4rev1\r\n")
        elif verb.startswith("LOGIN") and box.password not in said:
            return "NO wrong"
        elif verb.startswith("EXAMINE"):
            if "INBOX" not in said:
                return "NO no such mailbox"
            self.wfile.write(f"* {len(box.mails)} EXISTS\r\n* OK [UIDVALIDITY {box.validity}] ok\r\n".encode())
        elif verb.startswith("UID SEARCH"):
            found = re.search(r"UID (\d+):\*", verb)
            after = int(found[1]) if found else 0
            # As RFC 3501 has it: n:* names the last mail, though it be an earlier one.
            uids = [uid for uid in box.mails if uid >= after] or sorted(box.mails)[-1:]
            self.wfile.write(f"* SEARCH {' '.join(map(str, uids))}\r\n".encode())
        elif verb.startswith("UID FETCH"):
            self._fetch(box, int(verb.split()[2]), whole="BODY.PEEK[]" in verb)
        elif verb not in {"LOGOUT", "NOOP"} and not verb.startswith("LOGIN"):
            return "BAD what?"
        return "OK done"

    def _fetch(self, box: Mailbox, uid: int, *, whole: bool) -> None:
        raw = box.mails.get(uid)
        if raw is None:
            return
        if whole:
            self.wfile.write(f"* 1 FETCH (UID {uid} BODY[] {{{len(raw)}}}\r\n".encode() + raw + b")\r\n")
        else:
            self.wfile.write(f"* 1 FETCH (UID {uid} RFC822.SIZE {box.lies.get(uid, len(raw))})\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def imap() -> Iterator[Mailbox]:
    """A server of an empty mailbox."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        box = server.box = Mailbox()  # type: ignore[attr-defined]
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
