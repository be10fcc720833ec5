"""Every address of the product."""

from django.contrib import admin
from django.urls import path, re_path

from autolumiku.health import healthz
from conversations.webhook import AimeowWebhook

urlpatterns = [
    # with or without a final slash: a redirect would lose the gateway's message
    re_path(r"^api/v1/(?:aimeow/webhook|webhooks/aimeow)/?$", AimeowWebhook.as_view(), name="aimeow-webhook"),
    re_path(
        r"^api/v1/(?:aimeow/webhook|webhooks/aimeow)/status/?$",
        AimeowWebhook.as_view(status_path=True),
        name="aimeow-webhook-status",
    ),
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
]
