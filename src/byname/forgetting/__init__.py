"""Erase means gone: a person taken out of every place that byname writes to, and kept from coming back.

    whom        who they are: their people and records, what names them, what they said
    order       the order to erase them: written first, so that a kill at any moment loses nothing, and dropped last
    snapshots   the current snapshot without them; those of before go
    index       the index of a snapshot without them
    app         what was written on the pages, and what the pages keep of it
    beside      refused rows, readings, models, a report; what is the company's own is named
    carrying    all of it in order
    promised    an erasure whose number was shown before
    returned    whom a backup brought back: ordered to be erased anew

The ledger's part is `byname.facts.erasing`; `byname.facts.blocked` keeps them from coming back with an older file.
"""

from byname.forgetting.carrying import Receipt, before_swap, finish, forget, resume, standing_still
from byname.forgetting.promised import order_as
from byname.forgetting.returned import order_anew

__all__ = ["Receipt", "before_swap", "finish", "forget", "order_anew", "order_as", "resume", "standing_still"]
