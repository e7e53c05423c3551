"""Processes that send what is due, one for each line on standard input, to be killed.

    python -m tests.web.outreach.sender_case FOLDER MAIL_URL

Says the process's id when it begins, and its exit status when it ended. What takes seconds, loading, is done once.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from byname.company import open_company
from byname.snapshot import open_current
from byname.web.starting import configure


def main(folder: str, url: str) -> None:
    company = open_company(Path(folder))
    configure(company)
    from django.conf import settings

    from byname.web import served
    from byname.web.desk import Desk
    from byname.web.outreach.sending import send_due
    from tests.web.outreach.postbox import mailing

    settings.COMPANY = mailing(company, url)
    served.reread = lambda company: company
    desk = Desk(settings.COMPANY, open_current(company))
    for _line in sys.stdin:
        process = os.fork()
        if not process:
            send_due(desk)
            os._exit(0)
        say(process)
        say(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))


def say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
