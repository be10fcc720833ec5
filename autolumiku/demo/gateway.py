"""What the simulated gateway begins with: every showroom's number, people to write as, and where to post."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aimeow.models import AimeowAccount
from autolumiku.demo.people import NEWCOMERS
from conversations.models import WhatsAppConversation
from staffcommands.models import StaffWhatsAppAuth
from tenants import scope

KNOWN = 4  # customers a showroom knows already, among the people to write as


def write(path: Path, *, port: int, secret: str) -> None:
    """The simulator's state file; holds the webhook's secret, so only its owner may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(state(port=port, secret=secret), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    draft.replace(path)


def state(*, port: int, secret: str) -> dict[str, Any]:
    """{"callback_url", "clients": [{id, phone, name, showroom}], "contacts": [{phone, name, role, showroom?}]}."""
    with scope.platform("simulator's state"):
        accounts = AimeowAccount.objects.filter(is_active=True).select_related("tenant").order_by("id")
        clients = [_client(account) for account in accounts]
        staff = StaffWhatsAppAuth.objects.filter(is_active=True).select_related("tenant").order_by("tenant_id", "id")
        people = [_person(member.phone_number, member.name, "staff", member.tenant.name) for member in staff]
        known = [contact for account in accounts for contact in _known(account)]
    callback = f"http://127.0.0.1:{port}/api/v1/webhooks/aimeow?{urlencode({'token': secret})}"
    newcomers = [_person(phone, name, "customer") for phone, name in NEWCOMERS]
    return {"callback_url": callback, "clients": clients, "contacts": [*newcomers, *people, *known]}


def _client(account: AimeowAccount) -> dict[str, str]:
    name = account.tenant.name
    return {"id": account.client_id, "phone": account.phone_number, "name": name, "showroom": name}


def _person(phone: str, name: str, role: str, showroom: str = "") -> dict[str, str]:
    return {"phone": phone, "name": name, "role": role, **({"showroom": showroom} if showroom else {})}


def _known(account: AimeowAccount) -> list[dict[str, str]]:
    """The latest customers of this number."""
    chats = WhatsAppConversation.objects.filter(account=account, is_staff=False, is_spam=False)
    latest = chats.exclude(customer_phone=None).order_by("-last_message_at")[:KNOWN]
    return [_person(chat.customer_phone or "", chat.customer_name, "customer") for chat in latest]
