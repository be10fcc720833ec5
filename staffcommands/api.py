"""Who may command by WhatsApp, for machines: list, add, change, remove."""

# ruff: noqa: N815 (the fields carry the names of the wire)

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, serializers

from autolumiku.lib import phone
from staffcommands.models import StaffWhatsAppAuth
from tenants.api import Answer, Caller, Conflict, Given, Strict, View, operation
from tenants.models import Right

MOST = 500


class StaffSerializer(Strict):
    id = serializers.IntegerField(source="pk", read_only=True)
    phoneNumber = serializers.CharField(source="phone_number", max_length=20)
    staffName = serializers.CharField(source="name", max_length=80)
    role = serializers.ChoiceField(choices=StaffWhatsAppAuth.Role.choices, required=False)
    isActive = serializers.BooleanField(source="is_active", required=False)
    canUploadVehicle = serializers.BooleanField(source="can_upload_vehicle", required=False)
    canEditVehicle = serializers.BooleanField(source="can_edit_vehicle", required=False)
    canUpdateStatus = serializers.BooleanField(source="can_update_status", required=False)
    canViewStats = serializers.BooleanField(source="can_view_analytics", required=False)
    canManageLeads = serializers.BooleanField(source="can_manage_leads", required=False)
    canManageChats = serializers.BooleanField(source="can_manage_chats", required=False)
    lastCommandAt = serializers.DateTimeField(source="last_command_at", read_only=True, allow_null=True)

    def validate_phoneNumber(self, said: str) -> str:  # noqa: N802
        number = phone.normalise(said)
        if not number:
            raise serializers.ValidationError(_("Ini bukan nomor telepon."))
        return number


class StaffChangeSerializer(StaffSerializer):
    """All optional: what is named is changed."""

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


class StaffView(View):
    @operation(Right.STAFF_READ, answers=StaffSerializer, many=True)
    def get(self, caller: Caller, given: Given) -> Answer:
        """The showroom's staff, by name."""
        return Answer(list(StaffWhatsAppAuth.objects.filter(tenant_id=caller.tenant_id).order_by("name", "pk")[:MOST]))

    @operation(
        Right.STAFF_WRITE,
        takes=StaffSerializer,
        answers=StaffSerializer,
        status=201,
        example={"phoneNumber": "081234567890", "staffName": "Agus Setiawan", "canUpdateStatus": True},
    )
    def post(self, caller: Caller, given: Given) -> Answer:
        """Let a phone command; 409 if it may already."""
        return Answer(_written(StaffWhatsAppAuth(tenant_id=caller.tenant_id), given), _("Staf ditambahkan."))


class StaffMemberView(View):
    @operation(
        Right.STAFF_WRITE, takes=StaffChangeSerializer, answers=StaffSerializer, example={"canManageChats": True}
    )
    def put(self, caller: Caller, given: Given, pk: int) -> Answer:
        """Change what is named."""
        return Answer(_written(_member(caller, pk), given), _("Perubahan tersimpan."))

    @operation(Right.STAFF_WRITE)
    def delete(self, caller: Caller, given: Given, pk: int) -> Answer:
        """From the next message on this phone is a customer's."""
        _member(caller, pk).delete()
        return Answer(message=_("Staf dihapus."))


def _member(caller: Caller, pk: int) -> StaffWhatsAppAuth:
    member = StaffWhatsAppAuth.objects.filter(tenant_id=caller.tenant_id, pk=pk).first() if pk < 2**63 else None
    if member is None:
        raise exceptions.NotFound
    return member


def _written(member: StaffWhatsAppAuth, given: Given) -> StaffWhatsAppAuth:
    for name, value in given.items():
        setattr(member, name, value)
    try:
        with transaction.atomic():
            member.save()
    except IntegrityError as error:
        raise Conflict(_("Nomor ini sudah terdaftar sebagai staf.")) from error
    return member
