"""What of a message is the customer's own words, and whether we asked for them, as SQL over its columns."""

from __future__ import annotations

__all__ = ["ASKED", "WORDING"]

# Whether we asked for it. Of a review or a survey we did, unless its source says otherwise.
ASKED = "coalesce(prompted, medium in ('review', 'survey'))"
# A survey's title is our question, not their word.
WORDING = """case when messages.medium = 'survey' or messages.subject is null then messages.text
                when messages.text is null then messages.subject
                else messages.subject || '\n' || messages.text end"""
