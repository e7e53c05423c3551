"""Addresses of this page."""

from __future__ import annotations

from django.urls import URLPattern, path

from byname.web.console.outreach import acting, contacts, preview_views, views

urlpatterns: list[URLPattern] = [
    path("", views.outreach, name="outreach"),
    path("day/", acting.write_day, name="outreach_day"),
    path("several/", acting.several, name="outreach_several"),
    path("write/", acting.write, name="outreach_write"),
    path("contacts/", contacts.contacts, name="outreach_contacts"),
    path("playbook/<str:action>/", preview_views.preview, name="outreach_preview"),
    path("playbook/<str:action>/looked/", preview_views.looked, name="outreach_looked"),
    path("one/<str:key>/", views.outreach_draft, name="outreach_draft"),
    path("one/<str:key>/decide/", acting.decide, name="outreach_decide"),
]
