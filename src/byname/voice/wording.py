"""What of a message is the customer's own words, as SQL over `messages`."""

from __future__ import annotations

__all__ = ["WORDING"]

# A survey's title is our question, not their word.
WORDING = """case when messages.medium = 'survey' or messages.subject is null then messages.text
                when messages.text is null then messages.subject
                else messages.subject || '\n' || messages.text end"""
