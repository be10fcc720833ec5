"""The API's addresses, below /api/v1/whatsapp-ai/; what they have in common is in tenants/api.py."""

from typing import Any

from django.urls import path, re_path
from drf_spectacular.authentication import SessionScheme as DjangoSession
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from aiconfig.api import ConfigView
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
    path("openapi.json", SpectacularAPIView.as_view(), name="openapi"),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="openapi"), name="api-docs"),
    re_path(r"", Unknown.as_view(), name="api-unknown"),
]
