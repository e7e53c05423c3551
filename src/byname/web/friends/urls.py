"""Addresses of the friends: the one of a link, the customers' below /my/, the staff's."""

from __future__ import annotations

from django.urls import URLPattern, path

from byname.web.friends import customers, door, staff

urlpatterns: list[URLPattern] = [
    path("from-a-friend/<str:code>/", door.from_a_friend, name="from-a-friend"),
    path("my/friends/", customers.friends, name="my-friends"),
    path("my/friends/link/", customers.link, name="my-friends-link"),
    path("my/friends/brought/", customers.brought, name="my-brought"),
    path("my/friends/brought/know/", customers.know, name="my-brought-know"),
    path("friends/", staff.friends, name="friends"),
    path("friends/credit/", staff.credit, name="friends-credit"),
    path("friends/<str:number>/back/", staff.back, name="friends-back"),
]
