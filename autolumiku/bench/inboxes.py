"""What the inbox costs in a big showroom: its pages in this process, with and without a search, and fifty open ones.

A showroom of its own with 100,000 conversations of three messages and one chat of 5,000. Counted are statements and
server time: from the request to the finished page, without gunicorn's share. An open inbox asks every two seconds.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aimeow.models import AimeowAccount
from autolumiku.bench import database, scale, usage
from conversations.inbox import folders, pulse
from conversations.inbox.folders import Folder, Wish
from conversations.models import WhatsAppConversation
from tenants import scope
from tenants.models import Membership, Role, Tenant, User

CHATS, LONG = 100_000, 5_000
MOST_MS, MOST_STATEMENTS = 150, 12
OPEN, EVERY_SECONDS = 50, 2.0

# every tenth waits or is held; the latest is the long one
CHATS_SQL = """
INSERT INTO whatsapp_conversations SELECT copy.* FROM whatsapp_conversations c, generate_series(1, %(chats)s) AS k,
    jsonb_populate_record(c, jsonb_build_object('id', c.id + k, 'customer_phone', '62812' || lpad(k::text, 8, '0'),
        'customer_name', (ARRAY['Budi', 'Siti', 'Agus', 'Dewi', 'Rina'])[1 + k %% 5] || ' ' || k,
        'last_message_at', now() - k * interval '1 minute',
        'status', CASE WHEN k %% 10 < 2 THEN 'escalated' WHEN k %% 10 = 2 THEN 'closed' ELSE 'active' END,
        'holder', CASE k %% 10 WHEN 0 THEN 'waiting' WHEN 1 THEN 'person' ELSE 'bot' END,
        'escalated_to_id', CASE WHEN k %% 10 = 1 THEN %(user)s END,
        'escalated_at', CASE WHEN k %% 10 < 2 THEN now() - k * interval '1 minute' END)) AS copy
"""
MESSAGES_SQL = """
INSERT INTO whatsapp_messages (tenant_id, account_id, conversation_id, direction, sender_type, sender, content,
    media_type, media_url, mime_type, place, seq, intent, entities, spam, ai_response, path, verdict, aimeow_message_id,
    aimeow_status, attempts, error, created_at)
SELECT c.tenant_id, c.account_id, c.id, CASE WHEN n %% 2 = 1 THEN 'inbound' ELSE 'outbound' END,
    CASE WHEN n %% 2 = 1 THEN 'customer' ELSE 'ai' END, '',
    (ARRAY['Halo kak, avanza matic budget 150jt ada?', 'Ada kak, Toyota Avanza G 2019, harganya Rp 148 juta.',
        'Kalau kredit DP 30 juta cicilannya berapa ya?'])[1 + n %% 3]
        || CASE WHEN c.id %% 5000 = 0 THEN ' xenia sporty' ELSE '' END,
    '', '', '', '', CASE WHEN n %% 2 = 1 THEN (n + 1) / 2 END, 'price_inquiry', '{{}}', '[]', false, '', '{{}}', '',
    CASE WHEN n %% 2 = 1 THEN '' ELSE 'sent' END, 0, '', c.last_message_at - (%(each)s - n) * interval '1 second'
FROM whatsapp_conversations c, generate_series(1, %(each)s) AS n WHERE {which}
"""


def run(rounds: int, say: Callable[[str], None]) -> str:
    place = database.beside("_inboxes")
    say(f"filling a showroom with {CHATS:,} conversations")
    database.make(place)
    with scale.pointed(place.name):
        tenant, user, long = _showroom()
        place.as_owner("VACUUM ANALYZE")
        return "\n".join([*_pages(tenant, user, long, rounds), "", _beats(tenant, user, long, rounds)])


def _showroom() -> tuple[Tenant, User, int]:
    who = {"name": "Bench Mobil", "client_id": "inboxes", "phone": "081100000010"}
    call_command("add_showroom", "inboxes", **who, verbosity=0, stdout=scale.Silence())
    with scope.platform("bench"):
        tenant = Tenant.objects.get(slug="inboxes")
    user = User.objects.create(username="bench-inbox")
    with scope.of(tenant):
        Membership.objects.create(tenant=tenant, user=user, role=Role.SALES)
        long = WhatsAppConversation.objects.create(
            tenant=tenant, account=AimeowAccount.objects.get(), customer_phone="628110000001", chat_jid="1@lid",
            customer_name="Panjang", inbound_seq=LONG // 2, answered_seq=LONG // 2, last_intent="price_inquiry",
        )  # fmt: skip
    with scope.of(tenant), connection.cursor() as cursor:
        cursor.execute("UPDATE whatsapp_conversations SET last_message_at = now()")
        cursor.execute(CHATS_SQL, {"chats": CHATS, "user": user.pk})
        cursor.execute(MESSAGES_SQL.format(which="c.id <> %(long)s"), {"each": 3, "long": long.pk})
        cursor.execute(MESSAGES_SQL.format(which="c.id = %(long)s"), {"each": LONG, "long": long.pk})
    return tenant, user, long.pk


def _pages(tenant: Tenant, user: User, long: int, rounds: int) -> list[str]:
    addresses = {
        **{f"list, {folders.WORDS[folder]}": f"/inbox/?f={folder}" for folder in Folder},
        f"chat of {LONG:,} messages": f"/inbox/{long}/?f=semua",
        "its messages anew": f"/inbox/{long}/isi/?f=semua",
        "search, a rare word": "/inbox/?f=semua&q=xenia",
        "search, in every chat": "/inbox/?f=semua&q=avanza",
        "search, a name": "/inbox/?f=semua&q=Siti+4711",
        "search, a phone": "/inbox/?f=semua&q=00004711",
    }
    browser = Client(headers={"host": settings.ALLOWED_HOSTS[0]})
    browser.force_login(user)
    lines = ["| page | statements | server time, median | slowest | must be |", "|---|---|---|---|---|"]
    for name, url in addresses.items():
        browser.get(url)
        with CaptureQueriesContext(connection) as asked:
            browser.get(url)
        sent = [query["sql"] for query in asked.captured_queries]  # now: the next request empties the log
        statements = sum(not sql.startswith(("BEGIN", "COMMIT")) for sql in sent)
        took = sorted(_timed(lambda url=url: browser.get(url)) for _ in range(rounds))  # type: ignore[misc]
        limit = "–" if "search" in name else f"≤ {MOST_STATEMENTS}, ≤ {MOST_MS} ms"
        lines.append(f"| {name} | {statements} | {statistics.median(took):.0f} ms | {took[-1]:.0f} ms | {limit} |")
    return lines


def _beats(tenant: Tenant, user: User, long: int, rounds: int) -> str:
    """CPU of OPEN inboxes, each asking every EVERY_SECONDS: of Django with its middleware, and of PostgreSQL."""
    browser = Client(headers={"host": settings.ALLOWED_HOSTS[0]})
    with scope.of(tenant):
        shown = pulse.of(tenant.pk, Wish(Folder.WAITING), user.pk, long).signed()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    browser.get("/inbox/denyut/", {"p": shown})
    before, server, count = time.process_time(), usage.cpu_seconds([backend]), 20 * rounds
    for _ in range(count):
        browser.get("/inbox/denyut/", {"p": shown})
    ours = 1000 * (time.process_time() - before) / count
    theirs = 1000 * (usage.cpu_seconds([backend]) - server) / count
    a_second = OPEN / EVERY_SECONDS * (ours + theirs)
    return (
        f"A question of an open inbox: {ours:.1f} ms of CPU in web, {theirs:.1f} ms in PostgreSQL; {OPEN} open inboxes:"
        f" {a_second:.0f} ms of CPU a second."
    )


def _timed(step: Callable[[], Any]) -> float:
    before = time.perf_counter()
    step()
    return 1000 * (time.perf_counter() - before)
