"""Addresses of this page."""

from __future__ import annotations

from django.urls import URLPattern, path

from byname.web.console.data import files, refused, review, runs, views

urlpatterns: list[URLPattern] = [
    path("", views.data, name="data"),
    path("live/", views.live, name="data_live"),
    path("refresh/", views.refresh, name="data_refresh"),
    path("check/", views.check, name="data_check"),
    path("upload/", views.upload, name="data_upload"),
    path("files/", files.listed, name="data_files"),
    path("files/<slug:file_id>/", files.take_back, name="data_file"),
    path("refused/<str:name>/", refused.rows, name="data_refused"),
    path("refused/<str:name>/download/", refused.download, name="data_refused_download"),
    path("review/", review.review, name="data_review"),
    path("review/decide/", review.decide, name="data_decide"),
    path("review/undo/", review.undo, name="data_undo"),
    path("runs/", runs.listed, name="data_runs"),
    path("runs/<int:run_id>/", runs.one, name="data_run"),
]
