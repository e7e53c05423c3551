"""Answering requests: by the server's own process, and by a second one beside it, since Python runs one at a time.

Both listen at the same door and whoever is free takes the next connection. They share nothing but the folder and the
app database. The second has no worker and no clock; it ends when the first one does, however that ends: its standard
input is a pipe that the first holds open.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from waitress.server import BaseWSGIServer

__all__ = ["answering_on", "beside"]

_THREADS = 8
# A page goes to the engine and back dozens of times and waits for its turn each time: up to 5 ms, as Python has it,
# where others write their pages meanwhile.
_TURN_SECONDS = 0.0005
_PROXY_HEADERS = {"x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"}


def answering_on(door: socket.socket) -> BaseWSGIServer:
    """What answers at that door, once it is run; Django is set up already."""
    from waitress import create_server

    from byname.web import served
    from byname.web.work.inbox import UPLOAD_BYTES
    from byname.web.wsgi import application

    sys.setswitchinterval(_TURN_SECONDS)
    proxy = served.company().settings.web.proxy
    server: BaseWSGIServer = create_server(
        application,
        sockets=[door],
        threads=_THREADS,
        ident=None,
        max_request_body_size=UPLOAD_BYTES + (1 << 20),
        trusted_proxy=proxy or None,
        trusted_proxy_headers=_PROXY_HEADERS if proxy else set(),
        clear_untrusted_proxy_headers=True,
    )
    return server


@contextmanager
def beside(door: socket.socket) -> Iterator[None]:
    """A second process that answers at that door; none with one core, nor where doors are not inherited."""
    if os.name != "posix" or (os.cpu_count() or 1) == 1:
        yield
        return
    command = [sys.executable, "-m", "byname.web.answering", str(door.fileno())]
    # A session of its own: Ctrl-C on the terminal is for the first to hear. Leaving closes the pipe, and waits.
    with subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=[door.fileno()], start_new_session=True):
        yield


def _until_the_first_ends() -> None:
    """Answer until standard input ends, then at once: a page that is cut off is asked for again."""
    sys.stdin.buffer.read()
    os._exit(0)


def main() -> None:
    """The second process: BYNAME_FOLDER and the settings are inherited, the door is the argument."""
    import django

    django.setup()
    from byname.web.work.warming import WarmThread

    server = answering_on(socket.socket(fileno=int(sys.argv[1])))
    WarmThread().start()
    Thread(target=_until_the_first_ends, name="byname-first", daemon=True).start()
    server.run()


if __name__ == "__main__":
    main()
