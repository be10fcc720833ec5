"""The API's addresses, below /api/v1/whatsapp-ai/; what they have in common is in tenants/api.py."""

from typing import Any

from django.urls import path, re_path
from drf_spectacular.authentication import SessionScheme as DjangoSession
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from aiconfig.api import ConfigView, HealthView
from aimeow.api import CheckView, DisconnectView, InitializeView, PictureView, RefreshQrView, StatusView
from conversations.api import (
    AnalyticsView,
    AssignView,
    CloseView,
    ConversationsView,
    ConversationView,
    MessagesView,
    ReleaseView,
    SendView,
    StatsView,
    TakeView,
    WebhookLogView,
)
from inventory.api import VehiclesView
from leads.api import LeadsView
from staffcommands.api import StaffMemberView, StaffView
from tenants.api import Unknown


class TokenScheme(OpenApiAuthenticationExtension):
    """How the description says that a program sends a token."""

    target_class = "tenants.api.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class SessionScheme(DjangoSession):
    target_class = "tenants.api.SessionAuthentication"


urlpatterns = [
    path("config", ConfigView.as_view(), name="config"),
    path("ai-health", HealthView.as_view(), name="ai-health"),
    path("initialize", InitializeView.as_view(), name="initialize"),
    path("refresh-qr", RefreshQrView.as_view(), name="refresh-qr"),
    path("status", StatusView.as_view(), name="status"),
    path("disconnect", DisconnectView.as_view(), name="disconnect"),
    path("check-whatsapp", CheckView.as_view(), name="check-whatsapp"),
    path("profile-picture", PictureView.as_view(), name="profile-picture"),
    path("conversations", ConversationsView.as_view(), name="conversations"),
    path("conversations/<int:pk>", ConversationView.as_view(), name="conversation"),
    path("conversations/<int:pk>/messages", MessagesView.as_view(), name="messages"),
    path("conversations/<int:pk>/take", TakeView.as_view(), name="take"),
    path("conversations/<int:pk>/release", ReleaseView.as_view(), name="release"),
    path("conversations/<int:pk>/assign", AssignView.as_view(), name="assign"),
    path("conversations/<int:pk>/close", CloseView.as_view(), name="close"),
    path("send-message", SendView.as_view(), name="send-message"),
    path("stats", StatsView.as_view(), name="stats"),
    path("analytics", AnalyticsView.as_view(), name="analytics"),
    path("webhook-logs", WebhookLogView.as_view(), name="webhook-logs"),
    path("staff", StaffView.as_view(), name="staff"),
    path("staff/<int:pk>", StaffMemberView.as_view(), name="staff-member"),
    path("leads", LeadsView.as_view(), name="leads"),
    path("vehicles", VehiclesView.as_view(), name="vehicles"),
    path("openapi.json", SpectacularJSONAPIView.as_view(), name="openapi"),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="openapi"), name="api-docs"),
    re_path(r"", Unknown.as_view(), name="api-unknown"),
]
