"""The showroom's number for machines: pair it, see how it stands, let it go, ask about a phone."""

# ruff: noqa: N815 (the fields carry the names of the wire)

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, serializers

from aimeow import pairing
from aimeow.client import AimeowError
from aimeow.models import AimeowAccount
from autolumiku.lib import phone
from tenants.api import Answer, Caller, Conflict, Given, Strict, Unavailable, View, operation
from tenants.models import Right

T = TypeVar("T")


class StandingSerializer(serializers.Serializer[Any]):
    clientId = serializers.CharField(source="client_id")
    phoneNumber = serializers.CharField(source="phone")
    connectionStatus = serializers.CharField(source="status", help_text="connected, qr_ready, disconnected")
    isConnected = serializers.SerializerMethodField()
    qrCode = serializers.CharField(source="code", help_text='The raw code to draw as a QR; "" where there is none.')
    qrCodeExpiresAt = serializers.DateTimeField(source="code_until", allow_null=True)
    lastConnectedAt = serializers.DateTimeField(source="last_connected_at", allow_null=True)

    def get_isConnected(self, standing: pairing.Standing) -> bool:  # noqa: N802
        return standing.status == AimeowAccount.Connection.CONNECTED


class PhoneQuery(Strict):
    phone = serializers.CharField(max_length=20)

    def validate_phone(self, said: str) -> str:
        number = phone.normalise(said)
        if not number:
            raise serializers.ValidationError(_("Ini bukan nomor telepon."))
        return number


class RegisteredSerializer(serializers.Serializer[Any]):
    phone = serializers.CharField()
    isRegistered = serializers.BooleanField()


class PictureSerializer(serializers.Serializer[Any]):
    phone = serializers.CharField()
    pictureUrl = serializers.CharField(help_text='"" where there is none, or it is hidden.')


def asked(question: Callable[[], T]) -> T:
    """The gateway's answer; its trouble in the API's words."""
    try:
        return question()
    except pairing.NoNumberError as error:
        raise exceptions.NotFound(_("Showroom ini belum punya nomor WhatsApp.")) from error
    except pairing.AlreadyPairedError as error:
        raise Conflict(_("Nomor sudah terhubung; putuskan dulu untuk memasangkan ulang.")) from error
    except pairing.OthersPhoneError as error:
        raise Conflict(_("HP ini terdaftar sebagai nomor showroom lain.")) from error
    except AimeowError as error:
        if error.kind == "unknown_client":
            raise Conflict(_("Gateway tidak mengenal nomor ini lagi; pasangkan ulang.")) from error
        raise Unavailable(_("Gateway WhatsApp sedang tidak dapat dihubungi.")) from error


class StatusView(View):
    @operation(Right.NUMBER_READ, answers=StandingSerializer, network=True)
    def get(self, caller: Caller, given: Given) -> Answer:
        """How the number stands now. While it is being paired, ask every two seconds: the code changes."""
        return Answer(asked(lambda: pairing.look(caller.tenant_id)))


class InitializeView(View):
    @operation(Right.NUMBER_WRITE, answers=StandingSerializer, network=True)
    def post(self, caller: Caller, given: Given) -> Answer:
        """Begin to pair the showroom's phone; the code may come a moment later (see status)."""
        return Answer(asked(lambda: pairing.begin(caller.tenant_id)))


class RefreshQrView(View):
    @operation(Right.NUMBER_WRITE, answers=StandingSerializer, network=True)
    def post(self, caller: Caller, given: Given) -> Answer:
        """A living pairing code; 409 if the number is connected."""
        return Answer(asked(lambda: pairing.begin(caller.tenant_id)))


class DisconnectView(View):
    @operation(Right.NUMBER_WRITE, network=True)
    def post(self, caller: Caller, given: Given) -> Answer:
        """The gateway lets go of the number; nothing comes in or goes out until it is paired again."""
        asked(lambda: pairing.let_go(caller.tenant_id))
        return Answer(message=_("Nomor diputus. Hapus juga perangkatnya di WhatsApp → Perangkat tertaut."))


class CheckView(View):
    @operation(Right.NUMBER_READ, takes=PhoneQuery, answers=RegisteredSerializer, network=True)
    def get(self, caller: Caller, given: Given) -> Answer:
        """Is this phone on WhatsApp?"""
        client_id = asked(lambda: pairing.client_of(caller.tenant_id))
        on = asked(lambda: pairing.gateway().check_whatsapp(client_id, given["phone"]))
        return Answer({"phone": given["phone"], "isRegistered": on})


class PictureView(View):
    @operation(Right.NUMBER_READ, takes=PhoneQuery, answers=PictureSerializer, network=True)
    def get(self, caller: Caller, given: Given) -> Answer:
        """The profile picture of this phone, where WhatsApp shows it."""
        client_id = asked(lambda: pairing.client_of(caller.tenant_id))
        url = asked(lambda: pairing.gateway().profile_picture(client_id, given["phone"]))
        return Answer({"phone": given["phone"], "pictureUrl": url})
