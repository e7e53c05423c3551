"""Addresses of this page."""

from __future__ import annotations

from django.urls import URLPattern, path

from byname.web.console.settings import accounts, audit, employees, playbooks, views

urlpatterns: list[URLPattern] = [
    path("", views.settings, name="settings"),
    path("new-employee/", employees.add, name="settings_employee_add"),
    path("employee/<path:name>/remove/", employees.remove, name="settings_employee_remove"),
    path("employee/<path:name>/", employees.change, name="settings_employee"),
    path("limits/", views.limits, name="settings_limits"),
    path("playbooks/", playbooks.playbooks, name="settings_playbooks"),
    path("playbooks/<slug:action>/", playbooks.switch, name="settings_playbook"),
    path("accounts/", accounts.accounts, name="settings_accounts"),
    path("accounts/invite/", accounts.invite, name="settings_invite"),
    path("accounts/<int:number>/", accounts.account, name="settings_account"),
    path("accounts/<int:number>/link/", accounts.link, name="settings_account_link"),
    path("accounts/<int:number>/shut/", accounts.shut, name="settings_account_shut"),
    path("accounts/<int:number>/open/", accounts.open_again, name="settings_account_open"),
    path("accounts/<int:number>/second-factor/", accounts.drop_second_factor, name="settings_account_factor"),
    path("accounts/<int:number>/unlock/", accounts.unlock, name="settings_account_unlock"),
    path("accounts/<int:number>/sign-out/", accounts.sign_out, name="settings_account_sign_out"),
    path("audit/", audit.audit, name="settings_audit"),
    path("audit/csv/", audit.export, name="settings_audit_export"),
]
