"""Writes the demo into the database, once: showrooms, logins, settings, stock with photos, and past chats."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from aiconfig import versions
from aiconfig.models import BusinessHours, FAQEntry, WhatsAppAIConfig
from aimeow.models import AimeowAccount
from autolumiku.demo import chats, people, pictures, stock
from autolumiku.demo.people import Place
from autolumiku.lib import clock
from inventory.credit import YEARS
from inventory.models import LeasingRate, Status, Vehicle, VehiclePhoto, photo_path
from staffcommands.models import StaffWhatsAppAuth
from tenants import scope
from tenants.models import Membership, Tenant, User

WITH_PHOTOS = 0.6  # of the cars
AGE = timedelta(days=90)  # of the showrooms: their numbers are no young ones any more


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was made in one showroom."""

    name: str
    cars: int
    photos: int
    chats: int


def is_loaded() -> bool:
    with scope.platform("is the demo loaded?"):
        return Tenant.objects.filter(slug__in=[place.slug for place in people.PLACES]).exists()


def is_empty() -> bool:
    """No showroom and no login yet: known demo passwords do no harm here."""
    with scope.platform("is this a fresh installation?"):
        return not Tenant.objects.exists() and not User.objects.exists()


def load(*, photos: bool = True) -> list[Loaded]:
    """Everything in one transaction."""
    now = clock.now()
    with scope.platform("load the demo"):
        password = make_password(people.PASSWORD)
        User.objects.get_or_create(
            username=people.ADMIN,
            defaults={"password": password, "is_staff": True, "is_superuser": True, "first_name": "Admin"},
        )
        return [_showroom(place, now, password, photos=photos) for place in people.PLACES]


def _showroom(place: Place, now: datetime, password: str, *, photos: bool) -> Loaded:
    random = Random(place.slug)  # noqa: S311 - the same demo every time
    tenant = _tenant(place, now)
    users = _logins(place, tenant, password)
    account = _account(place, tenant, now)
    _settings(place, tenant)
    _leasing(tenant, now)
    staff = _staff(place, tenant, users)
    begin = (stock.CITY, stock.FORTUNER) if place is people.PRIMA else ()
    seller = users[place.logins[-1].username]
    stock.fill(tenant.pk, stock.rows(random, place.plate, begin), random, now, seller.get_full_name())
    cars = tuple(Vehicle.objects.filter(tenant=tenant).order_by("id"))
    drawn = _photos(cars, random) if photos else 0
    told = chats.fill(chats.Shop(tenant, account, place, seller, cars, now, random), staff)
    StaffWhatsAppAuth.objects.bulk_update(staff, ["command_count", "last_command_at"])
    return Loaded(place.name, len(cars), drawn, told)


def _tenant(place: Place, now: datetime) -> Tenant:
    tenant = Tenant.objects.create(
        slug=place.slug,
        name=place.name,
        city=place.city,
        address=place.address,
        phone=place.phone,
        whatsapp_number=place.phone,
        email=f"halo@{place.slug}.example",
        vehicle_prefix=place.prefix,
    )
    Tenant.objects.filter(pk=tenant.pk).update(created_at=now - AGE)
    return tenant


def _logins(place: Place, tenant: Tenant, password: str) -> dict[str, User]:
    users = {}
    for login in place.logins:
        first, _, last = login.name.partition(" ")
        user = User.objects.create(
            username=login.username, password=password, first_name=first, last_name=last, is_staff=True
        )
        Membership.objects.create(tenant=tenant, user=user, role=login.role)
        users[login.username] = user
    return users


def _account(place: Place, tenant: Tenant, now: datetime) -> AimeowAccount:
    account = AimeowAccount.objects.create(
        tenant=tenant,
        client_id=place.client_id,
        phone_number=place.phone,
        connection_status=AimeowAccount.Connection.CONNECTED,
        last_connected_at=now,
    )
    AimeowAccount.objects.filter(pk=account.pk).update(created_at=now - AGE)
    return account


def _settings(place: Place, tenant: Tenant) -> None:
    WhatsAppAIConfig.objects.create(
        tenant=tenant,
        ai_name=place.ai_name,
        ai_personality=place.personality,
        welcome_message=place.welcome,
        after_hours_message=place.after_hours,
    )
    for day, span in enumerate(place.hours):
        opens, closes = (time.fromisoformat(at) for at in span) if span else (None, None)
        BusinessHours.objects.create(tenant=tenant, weekday=day, opens=opens, closes=closes)
    for position, (question, answer) in enumerate(people.faqs(place), start=1):
        FAQEntry.objects.create(tenant=tenant, question=question, answer=answer, position=position)
    versions.publish(tenant.pk)


def _leasing(tenant: Tenant, now: datetime) -> None:
    for partner, minimum_down, oldest, rates in people.LEASINGS:
        years = {f"year_{years}": rate for years, rate in zip(YEARS, rates, strict=True)}
        LeasingRate.objects.create(
            tenant=tenant, partner=partner, valid_from=(now - AGE).date(), minimum_down=minimum_down, oldest=oldest,
            **years,
        )  # fmt: skip


def _staff(place: Place, tenant: Tenant, users: dict[str, User]) -> list[StaffWhatsAppAuth]:
    return [
        StaffWhatsAppAuth.objects.create(
            tenant=tenant,
            user=users.get(member.login),
            name=member.name,
            phone_number=member.phone,
            role=member.role,
            **{right: right in member.rights for right in people.ALL},
        )
        for member in place.staff
    ]


def _photos(cars: tuple[Vehicle, ...], random: Random) -> int:
    """Two or three drawn pictures for a part of the cars, the first two always; returns how many."""
    rows = []
    for place, car in enumerate(cars):
        if car.status == Status.DELETED or (place > 1 and random.random() > WITH_PHOTOS):
            continue
        for position in range(random.choice((2, 3))):
            photo = VehiclePhoto(tenant_id=car.tenant_id, vehicle=car, position=position, is_main=position == 0)
            picture = pictures.draw(car.body_type, car.color, car.name, position)
            path = photo_path(photo, f"{car.display_id.lower()}-{position + 1}.jpg")
            photo.image.name = default_storage.save(path, ContentFile(picture))
            rows.append(photo)
    VehiclePhoto.objects.bulk_create(rows)
    return len(rows)
