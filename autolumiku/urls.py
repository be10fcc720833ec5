"""Every address of the product."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from autolumiku.health import healthz, metrics, readyz
from conversations import enclosures, webhook
from conversations.admin import dashboard, model_quality
from conversations.privacy import personal_data
from inventory.views import media
from leads.views import calendar
from tenants.admin import choose_showroom

WEBHOOK = "api/v1/(?:aimeow/webhook|webhooks/aimeow)"

urlpatterns = [
    # with or without a final slash: a redirect would lose the gateway's message
    re_path(rf"^{WEBHOOK}/?$", webhook.receive, {"kind": "message"}, name="aimeow-webhook"),
    re_path(rf"^{WEBHOOK}/status/?$", webhook.receive, {"kind": "status"}, name="aimeow-webhook-status"),
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("kiriman/<str:token>", enclosures.fetch, name="enclosure"),
    path("media/<path:path>", media, name="media"),
    path("calendar/<int:tenant_id>/<str:secret>.ics", calendar, name="calendar"),
    path("api/v1/whatsapp-ai/", include("autolumiku.api")),
    path("inbox/", include("conversations.inbox.urls")),
    path("masuk/", include("tenants.factor_urls")),
    path("admin/showroom/", admin.site.admin_view(choose_showroom), name="choose_showroom"),
    path("admin/data-pelanggan/", admin.site.admin_view(personal_data), name="personal_data"),
    path("admin/mutu/", admin.site.admin_view(model_quality), name="model_quality"),
    path("admin/", include("conversations.pages.urls")),
    path("admin/", admin.site.admin_view(dashboard)),
    path("admin/", admin.site.urls),
]
