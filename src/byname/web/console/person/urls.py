"""Addresses of this page."""

from __future__ import annotations

from django.urls import URLPattern, path

from byname.web.console.person import acting, views

urlpatterns: list[URLPattern] = [
    path("<str:person_id>/", views.person, name="person"),
    path("<str:person_id>/timeline/", views.timeline, name="person_timeline"),
    path("<str:person_id>/evidence/", views.evidence, name="person_evidence"),
    path("<str:person_id>/records/", views.records, name="person_records"),
    path("<str:person_id>/fact/", views.fact, name="person_fact"),
    path("<str:person_id>/merge/", acting.merge, name="person_merge"),
    path("<str:person_id>/apart/", acting.apart, name="person_apart"),
    path("<str:person_id>/forget/", acting.forget, name="person_forget"),
    path("<str:person_id>/do/<str:verb>/", acting.act, name="person_act"),
]
