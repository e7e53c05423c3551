"""Stopping the mails, and where providers tell what came back."""

from __future__ import annotations

from django.urls import path

from byname.web.outreach import views, webhooks

urlpatterns = [
    path("u/<str:key>/", views.stop, name="unsubscribe"),
    path("u/<str:key>/back/", views.take_back, name="unsubscribe_back"),
    path("back/<str:secret>/<str:what>/", webhooks.told, name="mail_came_back"),
]
