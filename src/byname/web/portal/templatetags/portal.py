"""Filters of these pages. `{% load portal %}`."""

from __future__ import annotations

from django import template

from byname.web.portal import words

register = template.Library()
register.filter("source_word", words.source_word)
