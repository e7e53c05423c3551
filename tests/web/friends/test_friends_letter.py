"""A letter about friends says where the link is, and no other does (S0.20, S0.28)."""

from __future__ import annotations

import pytest

from byname.company import Company
from byname.web.outreach.letterhead import letterhead
from byname.web.outreach.mail import message_of
from tests.web.outreach.conftest import box, mailing_company
from tests.web.outreach.postbox import SITE, draft

__all__ = ["box", "mailing_company"]

SAYS = "you find one there, under Friends"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("action", "page", "is_said"),
    [
        ("ask-for-a-referral", f"{SITE}/my/in/abc/", True),
        ("thank-for-a-friend", f"{SITE}/my/in/abc/", True),
        ("thank-for-a-friend", "", False),
        ("thank-for-the-years", f"{SITE}/my/in/abc/", False),
    ],
)
def test_a_letter_says_where_the_link_is(mailing_company: Company, action: str, page: str, *, is_said: bool) -> None:
    one = draft("rosa@example.com")
    one.action = action
    mail = message_of(one, letterhead(mailing_company), page=page)
    assert (SAYS in str(mail.body)) == is_said
    assert (SAYS in str(mail.alternatives[0].content)) == is_said
