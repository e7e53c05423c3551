"""Stopping the mails, what a followed letter opens, and where providers tell what came back."""

from __future__ import annotations

from django.urls import path

from byname.web.outreach import follow_views, told_back, views, webhooks

urlpatterns = [
    path("u/<str:key>/", views.stop, name="unsubscribe"),
    path("u/<str:key>/back/", views.take_back, name="unsubscribe_back"),
    path("l/<str:key>/seen.gif", follow_views.seen, name="mail-seen"),
    path("l/<str:key>/<int:place>/", follow_views.lead_on, name="mail-link"),
    path("l/<str:key>/stop/", follow_views.no_longer, name="mail-follow-no-longer"),
    path("hooks/<str:channel>/", told_back.told, name="channel_told_back"),
    path("back/<str:secret>/<str:what>/", webhooks.told, name="mail_came_back"),
]
