"""A process that sends what is due, to be killed:  python -m tests.web.outreach.sender_case FOLDER MAIL_URL"""

from __future__ import annotations

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
    done = send_due(Desk(settings.COMPANY, open_current(company)))
    sys.stdout.write(f"{done.sent} {done.lost}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
