"""Addresses of previews and opinion asks: the staff's, the customers'."""

from __future__ import annotations

from django.urls import URLPattern, path

from byname.web.previews import customers, staff

urlpatterns: list[URLPattern] = [
    path("previews/", staff.previews, name="previews"),
    path("previews/new/", staff.new, name="previews-new"),
    path("previews/<int:number>/", staff.one, name="previews-one"),
    path("previews/<int:number>/change/", staff.change, name="previews-change"),
    path("previews/<int:number>/open/", staff.open_it, name="previews-open"),
    path("previews/<int:number>/invite/", staff.invite, name="previews-invite"),
    path("previews/<int:number>/close/", staff.close, name="previews-close"),
    path("previews/<int:number>/file/", staff.file, name="previews-file"),
    path("my/asked/", customers.listed, name="my-asked"),
    path("my/asked/<int:number>/", customers.one, name="my-asked-one"),
    path("my/asked/<int:number>/back/", customers.back, name="my-asked-back"),
]
