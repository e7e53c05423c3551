"""What somebody may write about a person, one file a verb; pages and API call these and nothing else.

Each asks the policy, looks at what was typed, and writes its facts and a line of the audit log in one transaction. The
same thing written twice within a minute, by a double click, is one fact.
"""

from __future__ import annotations

from byname.web.written.actions.assign import assign
from byname.web.written.actions.contact import log_contact
from byname.web.written.actions.handle import handle
from byname.web.written.actions.identity import apart, merge, undo
from byname.web.written.actions.note import note
from byname.web.written.actions.promise import keep_promise, promise
from byname.web.written.actions.standing import correct_standing
from byname.web.written.actions.wish import take_back_wish, wish
from byname.web.written.actions.writing import Written

__all__ = [
    "Written",
    "apart",
    "assign",
    "correct_standing",
    "handle",
    "keep_promise",
    "log_contact",
    "merge",
    "note",
    "promise",
    "take_back_wish",
    "undo",
    "wish",
]
