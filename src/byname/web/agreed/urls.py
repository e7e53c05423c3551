"""Addresses of perks and returns: the staff's, and the person's own below /my/."""

from __future__ import annotations

from django.urls import URLPattern, path

from byname.web.agreed import customers, staff

urlpatterns: list[URLPattern] = [
    path("perks/", staff.perks, name="perks"),
    path("returns/", staff.returns, name="returns"),
    path("returns/<str:number>/answer/", staff.answer, name="returns-answer"),
    path("people/<str:person_id>/perks/", staff.person_perks, name="person_perks"),
    path("people/<str:person_id>/perks/<str:number>/given/", staff.perk_given, name="person_perk_given"),
    path("people/<str:person_id>/perks/<str:number>/end/", staff.perk_end, name="person_perk_end"),
    path("people/<str:person_id>/returns/", staff.person_returns, name="person_returns"),
    path("my/returns/", customers.returns, name="my-returns"),
]
