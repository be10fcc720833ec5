"""Who is staff: the active row with this phone, in this showroom, now."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autolumiku.lib import phone
from staffcommands import staff
from staffcommands.models import StaffWhatsAppAuth
from tenants import scope
from tenants.models import Tenant

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

ANI = "6281234567890"


@pytest.fixture
def prima() -> Iterator[Tenant]:
    with scope.platform("test"):
        tenant = Tenant.objects.create(name="Prima Mobil", slug="prima-mobil")
        other = Tenant.objects.create(name="Jaya Motor", slug="jaya-motor")
        StaffWhatsAppAuth.objects.create(tenant=tenant, name="Ani", phone_number=ANI)
        StaffWhatsAppAuth.objects.create(tenant=tenant, name="Budi", phone_number="081298765432")
        StaffWhatsAppAuth.objects.create(tenant=tenant, name="Cici", phone_number="6281200000001", is_active=False)
        StaffWhatsAppAuth.objects.create(tenant=other, name="Dodi", phone_number="6281200000002")
        yield tenant


@pytest.mark.parametrize(
    ("written", "name"),
    [
        pytest.param(ANI, "Ani", id="A160"),
        pytest.param("081234567890", "Ani", id="A160-0"),
        pytest.param("+6281234567890", "Ani", id="A160-plus"),
        pytest.param("62 812 3456 7890", "Ani", id="A160-blanks"),
        pytest.param("6281234567890@s.whatsapp.net", "Ani", id="A161"),
        pytest.param("6281234567890:17@s.whatsapp.net", "Ani", id="A161-device"),
        pytest.param("10020343271578@lid", None, id="A162"),
        pytest.param("6281298765432", "Budi", id="A163"),
        pytest.param("6289999999999", None, id="A164"),
        pytest.param("", None, id="A165"),
        pytest.param("81234567890@lid", None, id="A166"),
        pytest.param("6281200000001", None, id="A180-inactive"),
        pytest.param("6281200000002", None, id="another-showroom's"),
        pytest.param("628123456789", None, id="a-digit-short"),
    ],
)
def test_staff_is_known_by_the_phone_alone(prima: Tenant, written: str, name: str | None) -> None:
    found = staff.find(prima.pk, phone.normalise(written))
    assert (found.name if found else None) == name


def test_a_removed_member_is_a_customer_from_the_next_message(prima: Tenant) -> None:
    StaffWhatsAppAuth.objects.filter(name="Ani").delete()
    assert staff.find(prima.pk, ANI) is None


def test_an_inactive_row_wins_over_another_spelling_of_the_same_phone(prima: Tenant) -> None:
    StaffWhatsAppAuth.objects.create(tenant=prima, name="Ani lama", phone_number="081234567890", is_active=False)
    assert staff.find(prima.pk, ANI) is None
