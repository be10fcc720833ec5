"""While the database is away the webhook keeps every message on disk, and stores it in order afterwards."""

import hashlib
import hmac
import json
from contextlib import contextmanager

import pytest
from django.db import connections

from aimeow.models import AimeowAccount
from autolumiku.testing.stage import CUSTOMER, Showroom
from conversations import spool, webhook
from conversations.models import WhatsAppMessage
from tenants import scope

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture(autouse=True)
def place(tmp_path, settings):
    settings.SPOOL_DIR = str(tmp_path / "spool")
    return tmp_path / "spool"


@pytest.fixture
def database(showroom):
    """Goes away and comes back: its port is changed to one where nobody listens."""
    default = connections["default"]
    port = default.settings_dict["PORT"]

    class Database:
        def goes(self):
            default.close()
            default.settings_dict["PORT"] = 9

        def comes_back(self):
            default.close()
            default.settings_dict["PORT"] = port

    yield Database()
    Database().comes_back()


def body(showroom, text, **fields):
    mine = {"client_id": showroom.client_id, "own_phone": showroom.phone, "phone": CUSTOMER, "text": text}
    return showroom.gateway.payload("text", **{**mine, **fields})


def stored():
    with scope.platform("test"):
        return list(WhatsAppMessage.objects.order_by("id").values_list("content", flat=True))


def test_messages_of_an_outage_are_kept_and_stored_in_order(showroom, database):
    database.goes()
    for text in ("satu", "dua"):
        assert showroom.post(body(showroom, text)).json() == {"success": True, "received": True}
    assert len(spool.waiting()) == 2
    database.comes_back()
    assert showroom.post(body(showroom, "tiga")).status_code == 200
    assert stored() == []
    assert spool.flush(webhook.store_kept) == 3
    assert stored() == ["satu", "dua", "tiga"]
    assert spool.is_empty()
    showroom.post(body(showroom, "empat"))
    assert stored() == ["satu", "dua", "tiga", "empat"]


def test_a_flush_while_the_database_is_still_away_keeps_everything(showroom, database):
    database.goes()
    showroom.post(body(showroom, "satu"))
    assert spool.flush(webhook.store_kept) == 0
    assert len(spool.waiting()) == 1


def test_a_kept_message_that_was_committed_after_all_is_stored_once(showroom, database):
    sent = body(showroom, "satu", message_id="3A01")
    nameless = body(showroom, "tanpa id", message_id="")
    for one in (sent, nameless):
        showroom.post(one)
    database.goes()
    for one in (sent, nameless):
        assert showroom.post(one).status_code == 200
    database.comes_back()
    spool.flush(webhook.store_kept)
    assert stored() == ["satu", "tanpa id"]


def test_what_can_never_be_stored_is_set_aside_and_holds_up_nothing(showroom, database, place):
    database.goes()
    showroom.post(body(showroom, "siapa ini", client_id="99999999-0000-0000-0000-000000000000"))
    showroom.post(body(showroom, "satu"))
    database.comes_back()
    assert spool.flush(webhook.store_kept) == 2
    assert stored() == ["satu"]
    assert len(list((place / "bad").iterdir())) == 1


def test_the_secret_is_asked_for_also_while_the_database_is_away(showroom, database):
    database.goes()
    assert showroom.post(body(showroom, "satu"), token="tebakan").status_code == 401
    assert showroom.post(b"{").status_code == 400
    assert spool.waiting() == []


# --- a number with a secret of its own -------------------------------------------------------------------------------

OWN, OURS = "rahasia-nomor", "test-webhook-secret"


def owned(showroom, now=OWN, before=""):
    with showroom.scope():
        AimeowAccount.objects.update(webhook_secret=now, webhook_secret_before=before)


def test_a_number_s_own_secret_opens_during_an_outage_where_it_has_opened_before(showroom, database, place):
    owned(showroom)
    showroom.post(body(showroom, "sebelum"), token=OWN)
    database.goes()
    assert [showroom.post(body(showroom, text), token=OWN).status_code for text in ("satu", "dua")] == [200, 200]
    assert [showroom.post(body(showroom, "x"), token=other).status_code for other in ("tebakan", OURS)] == [401, 401]
    assert not any(OWN in path.name or OWN.encode() in path.read_bytes() for path in spool.waiting())
    database.comes_back()
    assert showroom.post(body(showroom, "tiga"), token=OWN).status_code == 200  # behind those that wait
    assert showroom.post(body(showroom, "x"), token="tebakan").status_code == 401
    assert spool.flush(webhook.store_kept) == 3
    assert stored() == ["sebelum", "satu", "dua", "tiga"]
    assert not (place / "bad").exists()


def test_a_signature_by_it_opens_too(showroom, database):
    owned(showroom)
    showroom.post(body(showroom, "sebelum"), token=OWN)
    database.goes()
    raw = json.dumps(body(showroom, "satu")).encode()
    signature = hmac.new(OWN.encode(), raw, hashlib.sha256).hexdigest()
    assert showroom.post(raw, token="", **{"X-Aimeow-Signature": f"sha256={signature}"}).status_code == 200
    assert showroom.post(raw + b" ", token="", **{"X-Aimeow-Signature": f"sha256={signature}"}).status_code == 401
    database.comes_back()
    assert spool.flush(webhook.store_kept) == 1


NOW = {
    "it is the one before": (("baru", OWN), ["sebelum", "satu"]),
    "it is another": (("baru", ""), ["sebelum"]),
    "there is none any more": (("", ""), ["sebelum"]),
}


@pytest.mark.parametrize(("secrets", "kept"), NOW.values(), ids=NOW)
def test_what_was_kept_by_it_is_judged_again_by_the_secrets_there_are_then(showroom, database, place, secrets, kept):
    owned(showroom)
    showroom.post(body(showroom, "sebelum"), token=OWN)
    database.goes()
    showroom.post(body(showroom, "satu"), token=OWN)
    database.comes_back()
    owned(showroom, *secrets)
    assert spool.flush(webhook.store_kept) == 1
    assert stored() == kept
    assert len(list((place / "bad").glob("*"))) == 2 - len(kept)


@pytest.mark.parametrize("token", [OWN, "tebakan"])
def test_a_process_that_it_has_not_opened_cannot_know_it(showroom, database, token):
    owned(showroom)
    database.goes()
    assert showroom.post(body(showroom, "satu"), token=token).status_code == 401
    assert spool.waiting() == []


def test_it_opens_for_its_own_number_alone(showroom, database):
    other = Showroom(showroom.gateway, slug="sinar-auto", name="Sinar Auto", number=2)
    owned(showroom)
    showroom.post(body(showroom, "sebelum"), token=OWN)
    database.goes()
    assert other.post(body(other, "satu"), token=OWN).status_code == 401
    assert other.post(body(other, "satu"), token=OURS).status_code == 200


@contextmanager
def trouble(table, what):
    """PostgreSQL itself does this at every insert into the table."""
    run = connections["owner"].cursor().execute
    run(f"CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {what}; RETURN NEW; END $$")
    run(f"CREATE TRIGGER trouble BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION trouble()")
    try:
        yield
    finally:
        run("DROP FUNCTION trouble CASCADE")


def test_a_connection_that_breaks_while_the_job_is_deferred_loses_nothing(showroom):
    with trouble("procrastinate_jobs", "PERFORM pg_terminate_backend(pg_backend_pid())"):
        assert showroom.post(body(showroom, "satu")).status_code == 200
        assert len(spool.waiting()) == 1
    assert spool.flush(webhook.store_kept) == 1
    assert stored() == ["satu"]


@pytest.mark.parametrize("table", ["whatsapp_messages", "procrastinate_jobs"])
def test_a_data_error_is_no_database_away(showroom, database, place, table):
    database.goes()
    showroom.post(body(showroom, "satu"))
    database.comes_back()
    with trouble(table, "RAISE program_limit_exceeded"):  # Django's OperationalError, as a lost connection is
        assert spool.flush(webhook.store_kept) == 1
        assert spool.is_empty()
        assert len(list((place / "bad").iterdir())) == 1
        assert showroom.post(body(showroom, "dua")).status_code == 503
        assert spool.is_empty()
    assert showroom.post(body(showroom, "tiga")).status_code == 200
    assert stored() == ["tiga"]


def test_a_kept_message_that_has_to_wait_holds_up_no_other(showroom, database):
    database.goes()
    for text in ("satu", "dua"):
        showroom.post(body(showroom, text))
    database.comes_back()
    with trouble("whatsapp_messages", "IF NEW.content = 'satu' THEN RAISE lock_not_available; END IF"):
        assert spool.flush(webhook.store_kept) == 1
        assert stored() == ["dua"]
        assert len(spool.waiting()) == 1
    assert spool.flush(webhook.store_kept) == 1
    assert stored() == ["dua", "satu"]


@pytest.mark.parametrize("reason", ["no folder", "full", "full of bytes"])
def test_without_room_on_disk_the_answer_is_503(showroom, database, settings, monkeypatch, reason):
    if reason == "no folder":
        settings.SPOOL_DIR = ""
    else:
        monkeypatch.setattr(spool, "MOST_FILES" if reason == "full" else "MOST_BYTES", 0)
    database.goes()
    assert showroom.post(body(showroom, "satu")).status_code == 503


def test_a_half_written_file_is_no_message(showroom, database, place):
    database.goes()
    showroom.post(body(showroom, "satu"))
    (place / "00000000000000000001-1-1.message.draft").write_text("{")
    database.comes_back()
    assert spool.flush(webhook.store_kept) == 1
    assert stored() == ["satu"]
