"""`add_showroom` makes a showroom that can answer at once, or nothing at all."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from aiconfig.models import BusinessHours, WhatsAppAIConfig
from aimeow.models import AimeowAccount
from autolumiku.management.commands.add_showroom import initials
from inventory.models import Vehicle
from tenants import scope
from tenants.models import Tenant

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
STOCK = b"merek,model,tahun,harga\nToyota,Rush,2020,210jt\nHonda,Brio,2019,140jt\n"


def add(slug: str = "uji", **options: Any) -> str:
    out = StringIO()
    given = {"name": "Uji Mobil Jaya", "client_id": "client-1", "phone": "0812-0000-0031"} | options
    call_command("add_showroom", slug, stdout=out, **given)
    return out.getvalue()


def stock(folder: Path, content: bytes = STOCK) -> Path:
    file = folder / "stok.csv"
    file.write_bytes(content)
    return file


def test_a_showroom_can_answer_at_once() -> None:
    said = add()
    with scope.platform("test"):
        tenant = Tenant.objects.get(slug="uji")
        account = AimeowAccount.objects.get(tenant=tenant)
        config = WhatsAppAIConfig.objects.get(tenant=tenant)
        assert not BusinessHours.objects.filter(tenant=tenant).exists()
    assert (tenant.whatsapp_number, tenant.vehicle_prefix) == ("6281200000031", "UMJ")
    assert (account.client_id, account.phone_number, account.connection_status, account.is_active) == (
        "client-1", "6281200000031", "connected", True
    )  # fmt: skip
    assert (config.auto_reply, config.customer_chat_enabled, config.burst_wait_seconds) == (True, True, 1.5)
    assert "Uji Mobil Jaya (uji)" in said


def test_a_number_that_is_not_paired_yet_is_paired_in_the_admin() -> None:
    said = add(client_id=None)
    with scope.platform("test"):
        assert Tenant.objects.get().whatsapp_number == "6281200000031"
        assert not AimeowAccount.objects.exists()
    assert "+62 812-0000-0031, to be paired in the admin: Sambungan WhatsApp" in said


def test_the_pace_and_the_burst_wait_can_be_set() -> None:
    add(pace=0, burst_wait=12, prefix="pm-pst")
    with scope.platform("test"):
        config = WhatsAppAIConfig.objects.get()
        assert (config.send_gap_seconds, config.customer_gap_seconds, config.daily_send_cap) == (0, 0, 0)
        assert config.answers_per_hour == 0
        guards = (
            config.late_after_minutes,
            config.stale_after_hours,
            config.same_text_limit,
            config.held_reply_minutes,
        )
        assert guards == (30, 12, 2, 120)
        assert (config.burst_wait_seconds, config.burst_cap_seconds) == (12, 12)
        assert Tenant.objects.get().vehicle_prefix == "PM-PST"


def test_the_stock_comes_with_the_showroom(tmp_path: Path) -> None:
    said = add(stock=stock(tmp_path))
    with scope.platform("test"):
        assert list(Vehicle.objects.order_by("id").values_list("display_id", "price")) == [
            ("UMJ-001", 210_000_000),
            ("UMJ-002", 140_000_000),
        ]
    assert "2 cars imported (UMJ-001 to UMJ-002)" in said


def test_stock_can_be_imported_later(tmp_path: Path) -> None:
    add()
    out = StringIO()
    call_command("import_stock", "uji", stock(tmp_path), stdout=out)
    assert "2 cars imported" in out.getvalue()
    with scope.platform("test"):
        assert Vehicle.objects.count() == 2


def test_an_unknown_showroom_gets_no_stock(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No showroom has the code 'tiada'"):
        call_command("import_stock", "tiada", stock(tmp_path))


@pytest.mark.parametrize(
    ("slug", "options", "said"),
    [
        ("ada", {"client_id": "c9", "phone": "081200000099"}, "a showroom with the code 'ada' already"),
        ("uji", {"client_id": "c-ada"}, "client id belongs to Ada Dulu"),
        ("uji", {"phone": "+62 812 0000 0032"}, "belongs to Ada Dulu"),
        ("uji", {"phone": "12345678901234567890"}, "is no phone number"),
        ("uji", {"phone": "nanti saja"}, "is no phone number"),
        ("Uji Mobil", {}, "is no code"),
        ("uji", {"name": "  "}, "--name must not be empty"),
        ("uji", {"client_id": " "}, "--client-id must have"),
        ("uji", {"burst_wait": 31}, "--burst-wait must be between 0 and 30"),
        ("uji", {"prefix": "TERLALU-PANJANG"}, "vehicle_prefix"),
        ("uji", {"stock": Path("/tiada/stok.csv")}, "cannot be read"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_mistake_creates_nothing(slug: str, options: dict[str, Any], said: str) -> None:
    add("ada", name="Ada Dulu", client_id="c-ada", phone="081200000032")
    with pytest.raises(CommandError, match=said):
        add(slug, **options)
    with scope.platform("test"):
        assert Tenant.objects.count() == AimeowAccount.objects.count() == WhatsAppAIConfig.objects.count() == 1


def test_a_spoilt_stock_creates_nothing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"(?s)nothing was imported.*baris 3, harga: Rp 0 bukan harga mobil"):
        add(stock=stock(tmp_path, STOCK.replace(b"140jt", b"0")))
    with scope.platform("test"):
        assert not Tenant.objects.exists()


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Prima Mobil Pusat", "PMP"), ("Garasi", "GAR"), ("88", "MB"), ("PT. Sinar Jaya Abadi Makmur Sentosa", "PSJA")],
)
def test_car_ids_start_with_the_initials(name: str, expected: str) -> None:
    assert initials(name) == expected
