"""Webhooks out, for people: the addresses that hear what happens, and what came of each call."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tenants import hooks
from tenants.admin import LEADERS, OwnedForm, ReadOnly, Role, ScopedAdmin, allowed, label, when
from tenants.models import WebhookDelivery, WebhookEndpoint

OWNER = frozenset({Role.OWNER})
TONES = {"waiting": "warn", "delivered": "good", "given_up": "bad"}


class EndpointForm(OwnedForm):
    events = forms.MultipleChoiceField(
        label="Kejadian", choices=WebhookEndpoint.Event.choices, widget=forms.CheckboxSelectMultiple
    )

    def clean_url(self) -> str:
        url = self.cleaned_data["url"].strip()
        if problem := hooks.problem(url):
            raise forms.ValidationError(problem)
        return url


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ScopedAdmin):
    """The secret is shown once, when it is made; later pages only say that there is one."""

    nothing_yet = "Alamat program lain yang diberi tahu begitu ada prospek, test drive atau mobil terjual."
    form = EndpointForm
    viewers = LEADERS
    adders = changers = deleters = OWNER
    list_display = ("name", "url", "told", "is_active")
    fields = ("name", "url", "events", "is_active")
    actions = ("try_out", "new_secret", "forget_old_secret")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.secret = hooks.new_secret()
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        return self._shown_once(request, obj)

    def _shown_once(self, request: HttpRequest, endpoint: WebhookEndpoint) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "title": "Rahasia webhook", "endpoint": endpoint}
        return TemplateResponse(request, "admin/tenants/webhookendpoint/made.html", context)

    @admin.action(description="Kirim kejadian percobaan", permissions=["change"])
    def try_out(self, request: HttpRequest, rows: QuerySet[WebhookEndpoint]) -> None:
        for endpoint in rows.filter(is_active=True):
            hooks.tell(endpoint, "ping", {"message": "Percobaan dari AutoLumiku"})
        messages.success(request, "Percobaan dikirim; hasilnya ada di Pengiriman webhook.")

    @admin.action(description="Ganti rahasia", permissions=["change"])
    def new_secret(self, request: HttpRequest, rows: QuerySet[WebhookEndpoint]) -> HttpResponse | None:
        endpoint = rows.first()
        if endpoint is None or len(rows) != 1:
            messages.error(request, "Pilih satu webhook saja.")
            return None
        endpoint.secret_before, endpoint.secret = endpoint.secret, hooks.new_secret()
        endpoint.save(update_fields=["secret", "secret_before"])
        return self._shown_once(request, endpoint)

    @admin.action(description="Lupakan rahasia yang lama", permissions=["change"])
    def forget_old_secret(self, request: HttpRequest, rows: QuerySet[WebhookEndpoint]) -> None:
        rows.update(secret_before="")
        messages.success(request, "Hanya rahasia yang baru yang dipakai.")

    @admin.display(description="kejadian")
    def told(self, endpoint: WebhookEndpoint) -> str:
        names = dict(WebhookEndpoint.Event.choices)
        return ", ".join(str(names.get(one, one)) for one in endpoint.events)


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnly, ScopedAdmin):
    nothing_yet = "Setiap kabar yang dikirim ke alamat di Webhook keluar muncul di sini, dengan hasilnya."
    viewers = LEADERS
    list_display = ("happened", "event", "endpoint", "state", "attempts", "answer", "error")
    list_filter = ("status", "event")
    list_select_related = ("endpoint",)
    fields = ("happened", "event", "endpoint", "uid", "state", "attempts", "answer", "error", "next_try", "shown")
    readonly_fields = ("happened", "state", "next_try", "shown")
    actions = ("resend",)

    def has_resend_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return allowed(request, LEADERS)

    @admin.action(description="Kirim ulang", permissions=["resend"])
    def resend(self, request: HttpRequest, rows: QuerySet[WebhookDelivery]) -> None:
        """The same event under the same id, from the first try on."""
        count = rows.update(status="waiting", attempts=0, due_at=timezone.now(), done_at=None, answer=None, error="")
        messages.success(request, f"{count} kejadian dikirim ulang.")

    @admin.display(description="terjadi", ordering="created_at")
    def happened(self, delivery: WebhookDelivery) -> str:
        return when(delivery.created_at)

    @admin.display(description="status", ordering="status")
    def state(self, delivery: WebhookDelivery) -> SafeString:
        return label(delivery.get_status_display(), TONES.get(delivery.status, "plain"))

    @admin.display(description="percobaan berikutnya")
    def next_try(self, delivery: WebhookDelivery) -> str:
        return when(delivery.due_at) if delivery.status == WebhookDelivery.Status.WAITING else "–"

    @admin.display(description="isi")
    def shown(self, delivery: WebhookDelivery) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(delivery.payload, indent=2, ensure_ascii=False))
