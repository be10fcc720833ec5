"""What shapes an answer, as numbered versions: the settings in FIELDS, the questions, and the product's own prompt.

A version is written in the transaction that changes one of these, so that each reply can say which one answered.
Inside the showroom's scope.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max, OuterRef, Q, Subquery
from django.db.models.fields.json import KT

from aiconfig.models import ConfigVersion, FAQEntry, Split, WhatsAppAIConfig
from autolumiku.lib import clock
from tenants.models import Tenant, User

FIELDS = (
    "ai_name",
    "ai_personality",
    "welcome_message",
    "instructions",
    "ai_model",
    "temperature",
    "max_tokens",
    "enable_vehicle_info",
    "enable_test_drive_booking",
    "enable_price_negotiation",
    "answer_english",
    "after_hours_mode",
    "after_hours_message",
)
PRODUCT_CHANGED = "petunjuk bawaan produk diperbarui"
Snapshot = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """Which one answers."""

    id: int
    number: int


@dataclass(frozen=True, slots=True)
class Difference:
    """before, after: as people read it; "" where it was or is not there."""

    what: str
    before: str
    after: str


@cache
def prompt_version() -> str:
    """A digest of the product's own prompt."""
    digest = sha256()
    for path in sorted(Path(settings.BASE_DIR, "templates", "prompts").glob("*.txt")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:8]


def snapshot(config: WhatsAppAIConfig, faq: list[list[str]]) -> Snapshot:
    return {"settings": {name: getattr(config, name) for name in FIELDS}, "faq": faq, "prompt": prompt_version()}


def in_use(tenant_id: int) -> Snapshot:
    """What shapes the answers now."""
    config = WhatsAppAIConfig.of(tenant_id)
    rows = FAQEntry.objects.filter(tenant_id=tenant_id, is_active=True).order_by("position", "id")
    return snapshot(config, [list(row) for row in rows.values_list("question", "answer")])


def latest(tenant_id: int) -> ConfigVersion | None:
    """The one that answers."""
    rows = ConfigVersion.objects.filter(tenant_id=tenant_id, published_at__isnull=False)
    return rows.order_by("-number").first()


def publish(tenant_id: int, *, by: User | None = None, remark: str = "") -> ConfigVersion:
    """What is in use now, as a version; the latest one where nothing of it has changed. A change ends a split."""
    with transaction.atomic():
        _one_at_a_time(tenant_id)
        before, now = latest(tenant_id), in_use(tenant_id)
        if before is not None and before.snapshot == now:
            return before
        Split.objects.filter(tenant_id=tenant_id, ended_at=None).update(ended_at=clock.now(), end=Split.End.CHANGED)
        return _make(tenant_id, now, by=by, remark=remark, published_at=clock.now())


def propose(tenant_id: int, content: Snapshot, *, by: User | None, remark: str) -> ConfigVersion:
    """A candidate: a version that is not in use."""
    with transaction.atomic():
        _one_at_a_time(tenant_id)
        return _make(tenant_id, content, by=by, remark=remark, published_at=None)


def use(tenant_id: int, content: Snapshot, *, by: User | None, remark: str) -> ConfigVersion:
    """Put these settings and questions in the place of those in use; questions that are switched off stay so."""
    with transaction.atomic():
        config, _ = WhatsAppAIConfig.objects.select_for_update().get_or_create(tenant_id=tenant_id)
        overlay(config, content)
        config.save(update_fields=[*FIELDS, "updated_at"])
        set_questions(tenant_id, content["faq"])
        return publish(tenant_id, by=by, remark=remark)


def overlay(config: WhatsAppAIConfig, content: Snapshot) -> None:
    """The settings as this version has them; what it does not know stays."""
    for name in FIELDS:
        if name in content["settings"]:
            setattr(config, name, content["settings"][name])


def set_questions(tenant_id: int, entries: list[list[str]]) -> None:
    """Replace the questions in use; those switched off in the admin stay there."""
    FAQEntry.objects.filter(tenant_id=tenant_id, is_active=True).delete()
    FAQEntry.objects.bulk_create(
        FAQEntry(tenant_id=tenant_id, position=position, question=question, answer=answer)
        for position, (question, answer) in enumerate(entries)
    )


def keep_up(most: int = 100) -> None:
    """Publish anew where the product's own prompt has changed, or nothing was ever published. As the platform."""
    rows = ConfigVersion.objects.filter(tenant_id=OuterRef("pk"), published_at__isnull=False).order_by("-number")
    known = Tenant.objects.annotate(prompt=Subquery(rows.annotate(said=KT("snapshot__prompt")).values("said")[:1]))
    behind = known.filter(Q(prompt=None) | ~Q(prompt=prompt_version())).order_by("pk")
    for tenant_id, prompt in behind.values_list("pk", "prompt")[:most]:
        publish(tenant_id, remark=PRODUCT_CHANGED if prompt else "")


def _one_at_a_time(tenant_id: int) -> None:
    """Two who save at once get two numbers."""
    Tenant.objects.select_for_update(no_key=True).get(pk=tenant_id)


def _make(tenant_id: int, content: Snapshot, **columns: Any) -> ConfigVersion:
    last = ConfigVersion.objects.filter(tenant_id=tenant_id).aggregate(last=Max("number"))["last"] or 0
    author = columns.pop("by")
    return ConfigVersion.objects.create(
        tenant_id=tenant_id, number=last + 1, snapshot=content, author=author, **columns
    )


# --- differences as people read them


def differences(before: Snapshot | None, after: Snapshot) -> list[Difference]:
    """What `after` changes; of the first version everything that is no default."""
    old = before or {**snapshot(WhatsAppAIConfig(), []), "prompt": after.get("prompt")}
    found = [*_settings(old["settings"], after["settings"]), *_questions(old["faq"], after["faq"])]
    if old.get("prompt") != after.get("prompt"):
        found.append(Difference("Petunjuk bawaan produk", str(old.get("prompt")), str(after.get("prompt"))))
    return found


def _settings(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for name in FIELDS:
        if old.get(name) != new.get(name):
            yield Difference(title(name), said(name, old.get(name)), said(name, new.get(name)))


def _questions(old: list[list[str]], new: list[list[str]]) -> Iterator[Difference]:
    before, after = ({one[0]: one[1] for one in entries} for entries in (old, new))
    for question in [*after, *(one for one in before if one not in after)]:
        if before.get(question) != after.get(question):
            yield Difference(f"Tanya jawab: {question}", before.get(question, ""), after.get(question, ""))
    if before == after and old != new:
        yield Difference("Urutan tanya jawab", " · ".join(before), " · ".join(after))


def title(name: str) -> str:
    label = str(WhatsAppAIConfig._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    return label[:1].upper() + label[1:]


def said(name: str, value: Any) -> str:
    """A setting's value in words."""
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    choices = dict(WhatsAppAIConfig._meta.get_field(name).flatchoices)  # type: ignore[union-attr]
    if value in choices:
        return str(choices[value])
    return str(value).replace(".", ",") if isinstance(value, float) else str(value if value is not None else "")
