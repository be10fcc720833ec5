"""The inbox: who may open what, what lies in which folder, what open pages are told, and a person's work."""

from __future__ import annotations

from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from aiconfig.models import LLMCall
from aimeow.models import AimeowAccount
from aimeow.simulator.state import StoredFile
from autolumiku.testing.browser import aside, log_in, may_log_in, too_wide
from autolumiku.testing.stage import run_jobs
from conversations import seats, turns
from conversations.inbox import pulse, urls, work
from conversations.inbox.folders import Folder, Wish
from conversations.models import (
    AnswerReport,
    CannedReply,
    ConversationEvent,
    Holder,
    Reason,
    Seat,
    Status,
    WhatsAppConversation,
    WhatsAppMessage,
)
from conversations.templatetags.inbox import as_sent
from tenants import scope
from tenants.models import Membership, Role, User
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db
INBOX = "/inbox/"


@pytest.fixture
def cast():
    return casting.gather()


def account_of(tenant):
    account, _ = AimeowAccount.objects.get_or_create(
        tenant=tenant, defaults={"client_id": tenant.slug, "phone_number": f"62812{tenant.pk:08d}"}
    )
    return account


def chat_of(tenant, number=1, said="Halo kak", **fields):
    """A chat in which the customer has said something."""
    with scope.of(tenant):
        chat = WhatsAppConversation.objects.create(
            tenant=tenant, account=account_of(tenant),
            **{
                "customer_phone": f"62813{tenant.pk:04d}{number:04d}", "chat_jid": f"{number}@lid",
                "customer_name": f"Pelanggan {number}", "last_message_at": timezone.now() - timedelta(minutes=number),
                "inbound_seq": 1, "answered_seq": 1, **fields,
            },
        )  # fmt: skip
        WhatsAppMessage.objects.create(
            tenant=tenant, account=chat.account, conversation=chat, direction="inbound", sender_type="customer",
            content=said, seq=1,
        )  # fmt: skip
    return chat


def waiting(tenant, number=1, minutes=5, **fields):
    since = timezone.now() - timedelta(minutes=minutes)
    return chat_of(
        tenant, number, **{"status": Status.ESCALATED, "holder": Holder.WAITING, "escalated_at": since,
        "escalated_reason": Reason.HUMAN_REQUEST, **fields}
    )  # fmt: skip


def text(response):
    return response.content.decode()


def fresh(chat):
    with scope.of(chat.tenant_id):
        return WhatsAppConversation.objects.get(pk=chat.pk)


# --- Who may open what -----------------------------------------------------------------------------------------------

PEOPLE = ("nobody", "stranger", "charlie", "rani", "bob", "alice", "root")
SAY = {"text": "Halo kak"}
# address -> (method, what is sent, status for each of PEOPLE); the chat is showroom A's, Charlie works at B
ACCESS = {
    "inbox": ("GET", {}, (302, 403, 200, 200, 200, 200, 302)),
    "rows": ("GET", {}, (302, 403, 200, 200, 200, 200, 302)),
    "chat": ("GET", {}, (302, 403, 404, 200, 200, 200, 302)),
    "lines": ("GET", {}, (302, 403, 404, 200, 200, 200, 302)),
    "move": ("POST", {"move": "take"}, (302, 403, 404, 403, 302, 302, 302)),
    "reply": ("POST", SAY, (302, 403, 404, 403, 302, 302, 302)),
    "note": ("POST", SAY, (302, 403, 404, 403, 302, 302, 302)),
    "draft": ("POST", SAY, (302, 403, 404, 403, 204, 204, 302)),
    "report": ("POST", SAY, (302, 403, 404, 403, 302, 302, 302)),
    "advise": ("POST", SAY, (302, 403, 404, 403, 302, 302, 302)),
    "tools": ("GET", {}, (302, 403, 404, 403, 200, 200, 302)),
    "cars": ("GET", {}, (302, 403, 200, 403, 200, 200, 302)),
    "file": ("GET", {}, (302, 403, 404, 404, 404, 404, 302)),  # a message without a file: 404 for all
    "places": ("GET", {}, (302, 302, 200, 200, 200, 200, 200)),
    "login": ("GET", {}, (200,) * 7),
    "logout": ("POST", {}, (302,) * 7),
    "beat": ("GET", {}, (204,) * 7),  # without a pass it says only that the page should be loaded anew
}


def address(name, chat):
    pattern = next(one for one in urls.urlpatterns if one.name == name)
    known = {"pk": chat.pk, "message": 1}
    return reverse(f"inbox:{name}", kwargs={key: known[key] for key in pattern.pattern.converters})


def test_every_address_stands_in_the_table():
    assert {pattern.name for pattern in urls.urlpatterns} == set(ACCESS)


@pytest.mark.parametrize("name", ACCESS)
@pytest.mark.parametrize("person", PEOPLE)
def test_who_may_open_what(cast, client, name, person):
    method, sent, statuses = ACCESS[name]
    browser = client if person == "nobody" else casting.browser(cast.person(person))
    chat = waiting(cast.a)
    answer = browser.generic(method, address(name, chat)) if not sent else browser.post(address(name, chat), sent)
    assert answer.status_code == statuses[PEOPLE.index(person)]
    if person in ("nobody", "stranger", "charlie"):
        assert "Pelanggan 1" not in text(answer)
        assert fresh(chat).holder == Holder.WAITING


@pytest.mark.parametrize("name", [name for name, (method, *_) in ACCESS.items() if method == "POST"])
def test_what_changes_something_is_not_done_by_a_link(cast, name):
    assert casting.browser(cast.alice).get(address(name, waiting(cast.a))).status_code == 405


def test_without_a_login_one_is_led_back_to_where_one_wanted_to_go(client, cast):
    chat = waiting(cast.a)
    answer = client.get(address("chat", chat))
    assert answer["Location"] == f"/inbox/masuk/?next=/inbox/{chat.pk}/"
    part = client.get(address("lines", chat), headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Redirect"]) == (204, "/inbox/masuk/")


def test_login_and_logout(client, cast):
    User.objects.filter(pk=cast.bob.pk).update(is_staff=False)
    cast.bob.set_password("mobil-bekas-77")
    cast.bob.save(update_fields=["password"])
    assert "tidak cocok" in text(client.post("/inbox/masuk/", {"username": "bob", "password": "salah"}))
    assert client.post("/inbox/masuk/", {"username": "bob", "password": "mobil-bekas-77"})["Location"] == INBOX
    assert "Menunggu" in text(client.get(INBOX))
    client.post("/inbox/keluar/")
    assert client.get(INBOX).status_code == 302


def test_the_platform_admin_chooses_a_showroom_first(cast):
    waiting(cast.a)
    root = casting.browser(cast.root)
    assert root.get(INBOX)["Location"] == "/inbox/showroom/"
    assert "Showroom B" in text(root.get("/inbox/showroom/"))
    assert root.post("/inbox/showroom/", {"showroom": "showroom-a"})["Location"] == INBOX
    assert "Pelanggan 1" in text(root.get(INBOX))


def test_nobody_chooses_a_showroom_that_is_not_theirs(cast):
    bob = casting.browser(cast.bob)
    assert bob.post("/inbox/showroom/", {"showroom": "showroom-b"}).status_code == 404


def test_a_person_with_two_showrooms_sees_one_at_a_time(cast):
    with scope.of(cast.b):
        Membership.objects.create(tenant=cast.b, user=cast.bob, role=Role.READ_ONLY)
    waiting(cast.a, 1)
    theirs = waiting(cast.b, 2)
    bob = casting.browser(cast.bob)
    assert "Pelanggan 2" not in text(bob.get(INBOX))
    bob.post("/inbox/showroom/", {"showroom": "showroom-b"})
    assert "Pelanggan 2" in text(bob.get(INBOX))
    assert bob.post(address("move", theirs), {"move": "take"}).status_code == 403


def test_pages_carry_no_script_or_style_of_their_own(cast):
    """The policy forbids inline code, so a page must have none."""
    page = casting.browser(cast.alice).get(address("chat", waiting(cast.a)))
    assert "default-src 'self'" in page["Content-Security-Policy"]
    found = []

    class Look(HTMLParser):
        def handle_starttag(self, tag, attrs):
            names = dict(attrs)
            if tag == "style" or (tag == "script" and "src" not in names):
                found.append(tag)
            found.extend(name for name in names if name == "style" or name.startswith(("on", "hx-on")))

    Look().feed(text(page))
    assert found == []


# --- Folders ---------------------------------------------------------------------------------------------------------


def names_in(browser, query=""):
    """The customers listed, in order."""
    page = text(browser.get(f"{INBOX}?{query}"))
    return [part.split("<")[0] for part in page.split('<span class="who">')[1:]]


@pytest.fixture
def full(cast):
    """One chat of every kind."""
    held = {"status": Status.ESCALATED, "holder": Holder.PERSON}
    waiting(cast.a, 1, minutes=5)
    waiting(cast.a, 2, minutes=90)
    chat_of(cast.a, 3, **held, escalated_to=cast.bob)
    chat_of(cast.a, 4, **held, escalated_to=cast.alice)
    chat_of(cast.a, 5)
    chat_of(cast.a, 6, status=Status.CLOSED)
    chat_of(cast.a, 7, is_spam=True)
    chat_of(cast.a, 8, status=Status.ESCALATED, escalated_reason=Reason.MISSING_FACT, escalated_at=timezone.now())
    return cast


@pytest.mark.parametrize(
    ("folder", "numbers"),
    [
        pytest.param("menunggu", [2, 1, 8], id="who waits, oldest first; also where the bot goes on answering"),
        pytest.param("saya", [3], id="what I hold"),
        pytest.param("semua", [1, 2, 3, 4, 5, 6, 8], id="all but spam, latest first"),
        pytest.param("bot", [5], id="what the assistant answers"),
        pytest.param("selesai", [6], id="closed"),
        pytest.param("spam", [7], id="spam"),
        pytest.param("nonsense", [2, 1, 8], id="an unknown folder is the first"),
    ],
)
def test_folders(full, folder, numbers):
    bob = casting.browser(full.bob)
    assert names_in(bob, f"f={folder}") == [f"Pelanggan {number}" for number in numbers]


def test_tabs_say_how_many_and_rows_say_why_and_how_long(full):
    page = text(casting.browser(full.bob).get(INBOX))
    for words, count in (("Menunggu", 3), ("Milik saya", 1), ("Semua", 7), ("Bot", 1), ("Selesai", 1), ("Spam", 1)):
        assert f'{words} <span class="count">{count}</span>' in page
    assert "menunggu 1 jam 30 menit" in page
    assert "minta bicara dengan orang" in page


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        pytest.param("q=pelanggan+3", [3], id="a name"),
        pytest.param("q=0813", [1, 2, 3, 4, 5, 6, 8], id="a phone as people write it"),
        pytest.param("q=avanza+matic", [5], id="a message"),
        pytest.param("q=fortuner", [4], id="a car that was understood"),
        pytest.param("q=tidak+ada+begini", [], id="nothing"),
        pytest.param("sales=BOB", [3], id="a colleague's"),
        pytest.param("maksud=test_drive", [6], id="what was meant last"),
        pytest.param("q=%00&sales=x&maksud=x&setelah=x&n=x", [1, 2, 3, 4, 5, 6, 8], id="nonsense is left out"),
    ],
)
def test_search_and_filters(full, query, numbers):
    with scope.of(full.a):
        rows = WhatsAppMessage.objects
        rows.filter(conversation__customer_name="Pelanggan 5").update(content="Ada Avanza matic kak?")
        rows.filter(conversation__customer_name="Pelanggan 4").update(entities={"make": "Toyota", "model": "Fortuner"})
        WhatsAppConversation.objects.filter(customer_name="Pelanggan 6").update(last_intent="test_drive")
    query = query.replace("BOB", str(full.bob.pk))
    assert names_in(casting.browser(full.bob), f"f=semua&{query}") == [f"Pelanggan {number}" for number in numbers]


def test_pages_follow_each_other_without_gap_or_repeat(cast):
    for number in range(1, 71):
        chat_of(cast.a, number)
    alice, seen, query = casting.browser(cast.alice), [], "f=semua"
    while query:
        seen += names_in(alice, query)
        page = text(alice.get(f"{INBOX}?{query}"))
        _, _, rest = page.partition('<a class="more" href="/inbox/?')
        query = rest.partition('"')[0].replace("&amp;", "&")
    assert seen == [f"Pelanggan {number}" for number in range(1, 71)]


def test_unread_is_each_persons_own(cast):
    chat = waiting(cast.a)
    alice, bob = casting.browser(cast.alice), casting.browser(cast.bob)
    assert "1 pesan belum dibaca" in text(alice.get(INBOX))
    alice.get(address("chat", chat))
    assert "belum dibaca" not in text(alice.get(INBOX))
    assert "1 pesan belum dibaca" in text(bob.get(INBOX))


@pytest.mark.parametrize("folder", [folder.value for folder in Folder])
def test_empty_folders_say_so_kindly(cast, folder):
    assert '<p class="empty">' in text(casting.browser(cast.alice).get(f"{INBOX}?f={folder}"))


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("*Honda City 2006* | PM-PST-001", "<b>Honda City 2006</b> | PM-PST-001"),
        ("• _Harga_: ~Rp 80 juta~ *Rp 79 juta*.", "• <i>Harga</i>: <s>Rp 80 juta</s> <b>Rp 79 juta</b>."),
        ("2*3*4 dan snake_case_name", "2*3*4 dan snake_case_name"),
        ("* daftar\n* lain", "* daftar\n* lain"),
        ("*<script>* & kawan", "<b>&lt;script&gt;</b> &amp; kawan"),
    ],
)
def test_words_look_as_on_the_phone(text, drawn):
    assert as_sent(text) == drawn


# --- News ------------------------------------------------------------------------------------------------------------


class Screen:
    """A page that asks every two seconds."""

    def __init__(self, browser, tenant, person, chat=None, wish=None):
        self.browser = browser
        with scope.of(tenant):
            self.token = pulse.of(tenant.pk, wish or Wish(), person.pk, chat.pk if chat else None).signed()

    def asks(self):
        """What is to be read again."""
        answer = self.browser.get("/inbox/denyut/", {"p": self.token})
        if answer.status_code == 204:
            assert "HX-Refresh" not in answer
            return set()
        self.token = unquote(text(answer).partition("?p=")[2].partition('"')[0])
        return {name.removeprefix("news-") for name in answer.headers.get("HX-Trigger", "").split(", ") if name}


def statements(function):
    """What the database is asked, without what only a transaction inside the test's one needs."""
    with CaptureQueriesContext(connection) as captured:
        function()
    asked = [query["sql"] for query in captured.captured_queries]
    return [sql for sql in asked if not sql.startswith(("SAVEPOINT", "RELEASE", "RESET"))]


def test_a_quiet_inbox_is_told_nothing_and_costs_one_statement(cast, client):
    screen = Screen(client, cast.a, cast.bob, waiting(cast.a))
    told = []
    assert len(statements(lambda: told.append(screen.asks()))) == 1
    assert told == [set()]


def test_a_new_hand_over_rings(cast, client):
    chat = chat_of(cast.a)
    screen = Screen(client, cast.a, cast.bob)
    with scope.of(cast.a):
        turns.hand_over(chat.pk, reason=Reason.COMPLAINT)
    assert screen.asks() == {"rows", "handover"}
    assert screen.asks() == set()


def test_a_new_message_a_receipt_a_note_and_typing_reach_the_open_chat(cast, client):
    chat = waiting(cast.a)
    screen = Screen(client, cast.a, cast.bob, chat)
    for happens in (
        lambda: WhatsAppMessage.objects.create(
            tenant=cast.a, account=chat.account, conversation=chat, direction="outbound", sender_type="ai", content="Ya"
        ),
        lambda: WhatsAppMessage.objects.filter(direction="outbound").update(aimeow_status="unsure"),
        lambda: work.leave_note(chat, cast.alice, "Sudah saya telepon"),
        lambda: seats.keep_draft(chat, cast.alice, "Halo"),
    ):
        with scope.of(cast.a):
            happens()
        assert "thread" in screen.asks()
        assert screen.asks() == set()


def test_another_showrooms_news_are_no_news(cast, client):
    screen = Screen(client, cast.a, cast.bob, waiting(cast.a))
    waiting(cast.b, 9)
    assert screen.asks() == set()


@pytest.mark.parametrize("token", ["", "x", "forged:1:2"])
def test_a_forged_pass_only_reloads_the_page(client, token, db):
    answer = client.get("/inbox/denyut/", {"p": token})
    assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")


def test_an_old_pass_reloads_the_page(cast, client, time_machine):
    screen = Screen(client, cast.a, cast.bob)
    time_machine.move_to(timezone.now() + timedelta(hours=2))
    assert client.get("/inbox/denyut/", {"p": screen.token})["HX-Refresh"] == "true"


# --- Work ------------------------------------------------------------------------------------------------------------


def test_one_of_two_takes_and_the_other_is_told_who(cast):
    chat = waiting(cast.a)
    alice, bob = casting.browser(cast.alice), casting.browser(cast.bob)
    alice.post(address("move", chat), {"move": "take"})
    assert "Anda pegang" in text(alice.get(address("chat", chat)))
    bob.post(address("move", chat), {"move": "take"})
    assert "sudah dipegang Alice" in text(bob.get(address("chat", chat)))
    assert "sudah dipegang Alice" in text(
        bob.post(address("reply", chat), {"text": "Saya juga"}, headers={"HX-Request": "true"})
    )
    assert fresh(chat).escalated_to == cast.alice


def test_a_reply_takes_the_chat_reaches_the_phone_and_is_signed(showroom):
    showroom.hears("Mau bicara dengan orang kak")
    person = User.objects.create(username="dewi", first_name="Dewi", last_name="Lestari")
    with showroom.scope():
        Membership.objects.create(tenant=showroom.tenant, user=person, role=Role.SALES)
    dewi, chat = casting.browser(person), showroom.chat()
    before = len(showroom.gateway.sent)
    answer = dewi.post(address("reply", chat), {"text": " Halo kak, saya Dewi. "}, headers={"HX-Request": "true"})
    assert answer["HX-Trigger"] == "news-thread"
    run_jobs()
    assert [sent.text for sent in showroom.gateway.sent[before:]] == ["Halo kak, saya Dewi."]
    assert (showroom.chat().holder, showroom.chat().escalated_to) == (Holder.PERSON, person)
    last = showroom.messages()[-1]
    assert (last.sender_type, last.sender, last.path) == ("human", "Dewi Lestari", "person")
    assert showroom.hears("Oke, ditunggu") == []
    dewi.post(address("reply", chat), {"text": "Siap."})
    with showroom.scope():
        assert chat.events.filter(kind="taken").count() == 1
    dewi.post(address("move", chat), {"move": "give_back"})
    assert showroom.hears("Ada Honda City?") != []


@pytest.mark.parametrize(
    ("said", "words"),
    [("", "Tulis dulu"), ("  \n ", "Tulis dulu"), ("x" * 4001, "terlalu panjang")],
)
def test_a_reply_that_cannot_be_sent_says_why_and_keeps_the_words(cast, said, words):
    chat = waiting(cast.a)
    page = text(casting.browser(cast.bob).post(address("reply", chat), {"text": said}, headers={"HX-Request": "true"}))
    assert words in page
    assert said.strip() in page
    assert fresh(chat).holder == Holder.WAITING


def test_a_note_is_seen_by_colleagues_and_sent_to_nobody(cast):
    chat = waiting(cast.a)
    casting.browser(cast.bob).post(address("note", chat), {"text": "Minta harga <b>terbaik</b>"})
    page = text(casting.browser(cast.rani).get(address("chat", chat)))
    assert "Minta harga &lt;b&gt;terbaik&lt;/b&gt;" in page
    assert "catatan · Bob" in page
    with scope.of(cast.a):
        assert not WhatsAppMessage.objects.filter(direction="outbound").exists()


def test_a_draft_is_kept_and_colleagues_see_who_writes(cast):
    chat = waiting(cast.a)
    bob, alice = casting.browser(cast.bob), casting.browser(cast.alice)
    bob.post(address("draft", chat), {"text": "Halo kak, unitnya"})
    assert "Halo kak, unitnya</textarea>" in text(bob.get(address("chat", chat)))
    page = text(alice.get(address("chat", chat)))
    assert "Bob sedang mengetik" in page
    assert "unitnya" not in page
    with scope.of(cast.a):
        Seat.objects.filter(user=cast.bob).update(typed_at=timezone.now() - timedelta(seconds=10))
    assert "sedang mengetik" not in text(alice.get(address("chat", chat)))


def test_a_chat_is_assigned_to_a_colleague_of_this_showroom_only(cast):
    chat = waiting(cast.a)
    alice = casting.browser(cast.alice)
    for to in (cast.charlie.pk, cast.rani.pk, "", "x"):
        alice.post(address("move", chat), {"move": "assign", "to": to})
        assert fresh(chat).escalated_to is None
    alice.post(address("move", chat), {"move": "assign", "to": cast.bob.pk})
    assert (fresh(chat).holder, fresh(chat).escalated_to) == (Holder.PERSON, cast.bob)
    alice.post(address("move", chat), {"move": "assign", "to": cast.alice.pk})
    assert fresh(chat).escalated_to == cast.alice
    assert "ditugaskan ke Bob · Alice" in text(alice.get(address("chat", chat)))


@pytest.mark.parametrize(
    ("move", "state"),
    [
        pytest.param("take", ("person", "escalated", False), id="take"),
        pytest.param("give_back", ("bot", "active", False), id="release"),
        pytest.param("close", ("bot", "closed", False), id="close"),
        pytest.param("spam", ("nobody", "active", True), id="spam"),
        pytest.param("block", ("nobody", "active", True), id="block"),
        pytest.param("opt_out", ("nobody", "active", False), id="opt out"),
    ],
)
def test_moves(cast, move, state):
    chat = waiting(cast.a)
    casting.browser(cast.bob).post(address("move", chat), {"move": move})
    found = fresh(chat)
    assert (found.holder, found.status, found.is_spam) == state
    with scope.of(cast.a):
        assert ConversationEvent.objects.filter(conversation=chat, actor=cast.bob).count() == 1


def test_a_long_chat_comes_in_pages(cast):
    chat = chat_of(cast.a)
    with scope.of(cast.a):
        WhatsAppMessage.objects.bulk_create(
            WhatsAppMessage(
                tenant=cast.a, account=chat.account, conversation=chat, direction="inbound", sender_type="customer",
                content=f"nomor-{number}-",
            )
            for number in range(200)
        )  # fmt: skip
    alice, seen, url = casting.browser(cast.alice), [], address("chat", chat)
    while url:
        page = text(alice.get(url))
        seen = [part.split("-")[0] for part in page.split("nomor-")[1:]] + seen
        link = page.partition(f'hx-get="{address("lines", chat)}?f=menunggu&amp;sebelum=')[2].partition('"')[0]
        url = f"{address('lines', chat)}?sebelum={link}" if link else ""
    assert seen == [str(number) for number in range(200)]


# --- What it costs ---------------------------------------------------------------------------------------------------


def test_pages_take_the_same_few_statements_however_much_there_is(full):
    bob = casting.browser(full.bob)
    with scope.of(full.a):
        chat = WhatsAppConversation.objects.get(customer_name="Pelanggan 3")
        seats.sit_down(chat, full.bob)
    for url in (f"{INBOX}?f=semua", f"{address('lines', chat)}?f=semua", address("chat", chat)):
        assert len(statements(lambda url=url: bob.get(url))) <= 12, url


# --- Silence, reports, ready words, suggestions, files ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("move", "folder", "label"),
    [
        pytest.param("block", "spam", "diblokir", id="blocked"),
        pytest.param("spam", "spam", "spam", id="spam"),
        pytest.param("opt_out", "semua", "minta tidak dihubungi", id="opted out"),
    ],
)
def test_a_silenced_person_gets_no_word_until_a_person_says_so(showroom, move, folder, label):
    showroom.hears("Halo kak")
    person, chat = seller(showroom), showroom.chat()
    browser = casting.browser(person)
    browser.post(address("move", chat), {"move": move})
    assert showroom.hears("Ada Honda City?") == []
    assert showroom.chat().holder == Holder.NOBODY
    assert len(names_in(browser, f"f={folder}")) == 1
    assert label in text(browser.get(address("chat", chat)))
    refused = text(browser.post(address("reply", chat), {"text": "Halo"}, headers={"HX-Request": "true"}))
    assert "Belum terkirim" in refused
    browser.post(address("move", chat), {"move": "hear"})
    assert showroom.hears("Ada Honda City?") != []


def seller(showroom, username="dewi", role=Role.SALES):
    person = User.objects.create(username=username, first_name=username.title())
    with showroom.scope():
        Membership.objects.create(tenant=showroom.tenant, user=person, role=role)
    return person


def test_a_bad_answer_is_reported_and_kept(showroom):
    showroom.hears("Ada Honda City?")
    browser, chat = casting.browser(seller(showroom)), showroom.chat()
    asked, answered = showroom.messages()
    for message, kind in ((answered.pk, "nonsense"), (asked.pk, "wrong"), ("x", "wrong"), (answered.pk, "outdated")):
        browser.post(address("report", chat), {"message": message, "kind": kind, "remark": "Sudah naik"})
    with showroom.scope():
        report = AnswerReport.objects.get()
    assert (report.message_id, report.kind, report.remark) == (answered.pk, "outdated", "Sudah naik")
    assert "Dilaporkan: sudah tidak berlaku" in text(browser.get(address("chat", chat)))


def test_what_the_assistant_knew_is_behind_one_tap(showroom, model):
    showroom.hears("Berapa harga Honda City 2006?")
    page = text(casting.browser(seller(showroom)).get(address("chat", showroom.chat())))
    assert "Dasar jawaban" in page
    assert "Honda City S AT 2006 (PM-PST-001)" in page
    assert "Maksud yang dimengerti" in page


def test_ready_replies_know_the_customer_and_cars_come_as_cards(showroom):
    showroom.hears("Halo, saya Budi")
    with showroom.scope():
        CannedReply.objects.create(
            tenant=showroom.tenant, shortcut="alamat", text="Halo {kak}, kami di {alamat}. Salam, {sales} {x}"
        )
    browser = casting.browser(seller(showroom))
    page = text(browser.get(address("tools", showroom.chat())))
    assert "Halo Kak Budi, kami di Jl. Contoh Raya No. 1, Jakarta Pusat. Salam, Dewi {x}" in page
    found = text(browser.get("/inbox/mobil/", {"mobil": "city matic silver 2006".replace("matic ", "")}))
    assert "• Harga: Rp 79 juta" in found
    assert "Fortuner" not in found
    assert "tidak ada mobil" in text(browser.get("/inbox/mobil/", {"mobil": "xenia %"})).lower()


def test_a_suggestion_is_drafted_for_the_one_who_asked_and_sent_to_nobody(showroom):
    showroom.hears("Saya mau bicara dengan orang")
    showroom.receives("Honda City masih ada? Berapa harganya?")
    run_jobs()
    browser, chat = casting.browser(seller(showroom)), showroom.chat()
    before = len(showroom.gateway.sent)
    browser.post(address("advise", chat))
    assert "sedang menyusun saran" in text(browser.get(address("chat", chat)))
    run_jobs()
    page = text(browser.get(address("chat", chat)))
    assert "Saran asisten" in page
    assert "Rp 79 juta" in page.partition('id="advised"')[2]
    assert len(showroom.gateway.sent) == before
    assert showroom.chat().holder == Holder.WAITING
    other = text(casting.browser(seller(showroom, "agus")).get(address("chat", chat)))
    assert "Saran asisten" not in other
    browser.post(address("advise", chat), {"put_away": "1"})
    assert "Saran asisten" not in text(browser.get(address("chat", chat)))


def test_a_suggestion_by_the_model_is_guarded_and_paid_for(showroom, model):
    showroom.hears("Saya mau bicara dengan orang")
    showroom.receives("Honda City berapa?")
    run_jobs()
    model.say("Honda City S 2006 (PM-PST-001) hanya Rp 50 juta kak!")
    browser, chat = casting.browser(seller(showroom)), showroom.chat()
    browser.post(address("advise", chat))
    run_jobs()
    advised = text(browser.get(address("chat", chat))).partition('id="advised"')[2]
    assert "Rp 50 juta" not in advised
    with showroom.scope():
        assert LLMCall.objects.count() >= 1


def photo(showroom, data):
    """The customer sends a photo; None: the gateway has forgotten it."""
    if data is not None:
        showroom.gateway.gateway.files[showroom.client_id, "P1"] = StoredFile(data, "image/jpeg")
    url = f"http://localhost:7030/files/{showroom.client_id}/P1"
    showroom.receives("Ini mobil saya", kind="image", file_url=url, message_id="P1")


def test_a_photo_is_fetched_once_kept_and_shown_to_its_showroom_only(showroom, cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    photo(showroom, b"\xff\xd8 a photo")
    run_jobs()
    browser, chat = casting.browser(seller(showroom)), showroom.chat()
    message = showroom.messages()[0]
    url = f"/inbox/{chat.pk}/berkas/{message.pk}/"
    assert url in text(browser.get(address("chat", chat)))
    showroom.gateway.gateway.files.clear()  # the gateway was started anew: it has forgotten its files
    answer = browser.get(url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert b"".join(answer.streaming_content)[:2] == b"\xff\xd8"
    assert casting.browser(cast.alice).get(url).status_code == 404
    assert browser.get(f"/inbox/{chat.pk}/berkas/{message.pk + 1}/").status_code == 404


def test_a_file_that_is_gone_is_named_and_may_be_asked_for_again(showroom):
    photo(showroom, None)
    run_jobs(ahead=3600)
    browser, chat = casting.browser(seller(showroom)), showroom.chat()
    assert "[foto] belum tersimpan" in text(browser.get(address("chat", chat)))
    answer = browser.post(address("move", chat), {"move": "fetch", "message": showroom.messages()[0].pk}, follow=True)
    assert "sedang diambil" in text(answer)


# --- In a browser ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_hand_over_in_the_browser(live_server, showroom, pages):
    """Dewi sees a customer come in without reloading; of two who take, one has the chat; she answers and gives back."""
    people = [may_log_in(seller(showroom, name)) for name in ("dewi", "agus")]
    dewi, agus = pages(), pages()
    log_in(dewi, live_server, people[0])
    log_in(agus, live_server, people[1])
    expect(dewi.get_by_text("Tidak ada pelanggan yang menunggu")).to_be_visible()

    aside(showroom.hears, "Saya mau bicara dengan orang")
    row = dewi.locator("#rows .row")
    expect(row).to_contain_text("minta bicara dengan orang", timeout=6000)
    row.click()
    agus.locator("#rows .row").click(timeout=6000)
    dewi.get_by_role("button", name="Ambil alih").click()
    expect(dewi.locator("#head")).to_contain_text("dipegang Dewi")
    expect(agus.locator("#head")).to_contain_text("dipegang Dewi", timeout=6000)

    agus.get_by_label("Balasan untuk pelanggan").fill("Saya juga")
    expect(dewi.get_by_text("Agus sedang mengetik")).to_be_visible(timeout=6000)
    agus.get_by_role("button", name="Kirim").click()
    expect(agus.get_by_role("alert")).to_contain_text("sudah dipegang Dewi")

    dewi.get_by_label("Balasan untuk pelanggan").fill("Halo kak, saya Dewi")
    dewi.get_by_role("button", name="Kirim").click()
    expect(dewi.locator(".by-human")).to_contain_text("Halo kak, saya Dewi")
    aside(run_jobs)
    expect(dewi.locator(".by-human")).to_contain_text("terkirim", timeout=6000)
    assert showroom.gateway.sent[-1].text == "Halo kak, saya Dewi"
    assert aside(showroom.hears, "Oke, terima kasih") == []
    expect(dewi.get_by_text("Oke, terima kasih")).to_be_visible(timeout=6000)
    dewi.get_by_role("button", name="Kembalikan ke asisten").click()
    expect(dewi.locator("#head")).to_contain_text("asisten")
    assert "Rp 79 juta" in aside(showroom.hears, "Honda City berapa harganya?")[0]
    assert not too_wide(dewi)
