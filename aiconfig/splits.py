"""Two versions of the settings side by side: which conversation gets which, and when that ends.

The same conversation always gets the same version. A change of what is in use ends it: the two would not be comparable
any more. Inside the showroom's scope.
"""

from __future__ import annotations

from zlib import crc32

from django.db import transaction

from aiconfig import versions
from aiconfig.models import ConfigVersion, Split
from autolumiku.lib import clock
from tenants.models import User


def takes_part(split_id: int, conversation_id: int, percent: int) -> bool:
    """Does this conversation get the challenger? Another split deals the conversations anew."""
    return crc32(f"{split_id}:{conversation_id}".encode()) % 100 < percent


def running(tenant_id: int) -> Split | None:
    return Split.objects.filter(tenant_id=tenant_id, ended_at=None).first()


def stop(split: Split) -> bool:
    """False: it had ended before."""
    return _end(split, Split.End.STOPPED)


def adopt(split: Split, by: User) -> ConfigVersion | None:
    """The challenger becomes what is in use for everybody. None: it had ended before."""
    with transaction.atomic():
        if not _end(split, Split.End.ADOPTED):
            return None
        remark = f"dari pembagian {split.pk}, versi {split.challenger.number}"
        return versions.use(split.tenant_id, split.challenger.snapshot, by=by, remark=remark)


def _end(split: Split, why: Split.End) -> bool:
    return bool(Split.objects.filter(pk=split.pk, ended_at=None).update(ended_at=clock.now(), end=why))
