"""Chats for machines, below /api/v1/whatsapp-ai/: lists, messages, replies, and who has the chat; figures of the day.

The functions are the inbox's own; here they get shapes in the product's camelCase names.
"""

# ruff: noqa: N815 (the fields carry the names of the wire)

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, serializers

from aiconfig.models import WhatsAppAIConfig
from aimeow.models import Finding
from autolumiku.lib import clock, phone
from conversations import reports, turns
from conversations.inbox import folders, work
from conversations.inbox.folders import Folder
from conversations.models import (
    Direction,
    Holder,
    Sender,
    SentOnce,
    Status,
    WhatsAppConversation,
    WhatsAppMessage,
)
from tenants import audit
from tenants.api import Answer, Caller, Conflict, Given, Strict, View, operation
from tenants.models import Right, User

PAGE = 50
FOLDERS = {
    "waiting": Folder.WAITING, "mine": Folder.MINE, "all": Folder.ALL, "bot": Folder.BOT, "closed": Folder.CLOSED,
    "spam": Folder.SPAM,
}  # fmt: skip
KEY_LIVES = timedelta(days=1)


# --- Shapes ----------------------------------------------------------------------------------------------------------


class PersonSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    name = serializers.SerializerMethodField()

    def get_name(self, user: User) -> str:
        return user.get_full_name() or user.get_username()


class ConversationSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    customerPhone = serializers.CharField(source="customer_phone", allow_null=True)
    customerName = serializers.CharField(source="customer_name")
    isStaff = serializers.BooleanField(source="is_staff")
    isSpam = serializers.BooleanField(source="is_spam")
    status = serializers.CharField()
    heldBy = serializers.CharField(source="holder", help_text="bot, waiting (for a person), person, nobody")
    isEscalated = serializers.SerializerMethodField()
    escalatedReason = serializers.CharField(source="escalated_reason")
    escalatedTo = PersonSerializer(source="escalated_to", allow_null=True)
    lastIntent = serializers.CharField(source="last_intent")
    lastMessageAt = serializers.DateTimeField(source="last_message_at", allow_null=True)
    unreadCount = serializers.SerializerMethodField()

    def get_isEscalated(self, chat: WhatsAppConversation) -> bool:  # noqa: N802
        return chat.status == Status.ESCALATED

    def get_unreadCount(self, chat: Any) -> int:  # noqa: N802
        return max(getattr(chat, "unread", 0), 0)


class MessageSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    direction = serializers.CharField()
    senderType = serializers.CharField(source="sender_type")
    sender = serializers.CharField()
    content = serializers.CharField()
    mediaType = serializers.CharField(source="media_type")
    intent = serializers.CharField()
    aiResponse = serializers.BooleanField(source="ai_response")
    status = serializers.CharField(source="aimeow_status", help_text="queued, sending, sent, failed, unsure, …")
    createdAt = serializers.DateTimeField(source="created_at")


class ListQuery(Strict):
    folder = serializers.ChoiceField(choices=list(FOLDERS), default="all")
    q = serializers.CharField(max_length=100, required=False, help_text="Part of a name, phone, car or message.")
    intent = serializers.CharField(max_length=30, required=False)
    escalatedTo = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    cursor = serializers.CharField(max_length=80, required=False, help_text="`next` of the page before.")


class MessagesQuery(Strict):
    before = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    limit = serializers.IntegerField(default=PAGE, min_value=1, max_value=100)


class FileSerializer(serializers.Serializer[Any]):
    filename = serializers.CharField(max_length=120)
    base64 = serializers.CharField(max_length=1_000_000)


class SendSerializer(Strict):
    """Who it goes to (`conversationId`, or `to`: the phone of a chat there is), and words, a file, or a car's photo."""

    conversationId = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    to = serializers.CharField(max_length=20, required=False)
    message = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    file = FileSerializer(required=False, help_text="JPEG, PNG, WebP, PDF, Word, Excel or MP4; at most about 700 KB.")
    vehicleId = serializers.CharField(max_length=24, required=False, help_text="Its first photo, e.g. PM-001.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if not ("conversationId" in attrs) ^ ("to" in attrs):
            raise serializers.ValidationError({"conversationId": _("Isi salah satu: conversationId atau to.")})
        if not (attrs.get("message") or attrs.get("file") or attrs.get("vehicleId")):
            raise serializers.ValidationError({"message": _("Isi pesan, berkas, atau mobilnya.")})
        return attrs


class AssignSerializer(Strict):
    userId = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class SentSerializer(serializers.Serializer[Any]):
    conversationId = serializers.IntegerField()
    messages = MessageSerializer(many=True)


# --- Lists -----------------------------------------------------------------------------------------------------------


class ConversationsView(View):
    @operation(
        Right.CHATS_READ, takes=ListQuery, answers=ConversationSerializer, many=True, operation_id="conversations_list"
    )
    def get(self, caller: Caller, given: Given) -> Answer:
        """Chats of a folder, the latest first (of `waiting`: who has waited longest)."""
        wish = folders.Wish(
            folder=FOLDERS[given["folder"]],
            words=" ".join(given.get("q", "").split()),
            seller=given.get("escalatedTo"),
            intent=given.get("intent", ""),
            after=folders.key(given.get("cursor", "")),
        )
        page = folders.page(caller.tenant_id, wish, caller.user)
        return Answer(page.chats, meta={"next": page.more or None})


class ConversationView(View):
    @operation(Right.CHATS_READ, answers=ConversationSerializer)
    def get(self, caller: Caller, given: Given, pk: int) -> Answer:
        """One chat."""
        chat = chat_of(caller, pk)
        audit.read(caller.tenant_id, caller.user, pk, via=caller.via)
        return Answer(chat)


class MessagesView(View):
    @operation(Right.CHATS_READ, takes=MessagesQuery, answers=MessageSerializer, many=True)
    def get(self, caller: Caller, given: Given, pk: int) -> Answer:
        """A chat's messages, oldest first; `next` is the `before` of those further back."""
        rows = WhatsAppMessage.objects.filter(tenant_id=caller.tenant_id, conversation=chat_of(caller, pk))
        audit.read(caller.tenant_id, caller.user, pk, via=caller.via)
        if "before" in given:
            rows = rows.filter(pk__lt=given["before"])
        newest = list(rows.order_by("-pk")[: given["limit"] + 1])
        shown = newest[: given["limit"]][::-1]
        return Answer(shown, meta={"next": str(shown[0].pk) if len(newest) > len(shown) else None})


def chat_of(caller: Caller, pk: int) -> WhatsAppConversation:
    rows = WhatsAppConversation.objects.select_related("escalated_to").filter(tenant_id=caller.tenant_id, pk=pk)
    chat = rows.first() if pk < 2**63 else None
    if chat is None:
        raise exceptions.NotFound
    return chat


# --- Who has the chat ------------------------------------------------------------------------------------------------


def _done(said: work.Said, caller: Caller, pk: int) -> Answer:
    if not said.done:
        raise Conflict(said.words)
    return Answer(chat_of(caller, pk), said.words)


class TakeView(View):
    @operation(Right.CHATS_WRITE, answers=ConversationSerializer)
    def post(self, caller: Caller, given: Given, pk: int) -> Answer:
        """A person has the chat from now on; 409 if another one has it."""
        return _done(work.take(chat_of(caller, pk), caller.user), caller, pk)


class ReleaseView(View):
    @operation(Right.CHATS_WRITE, answers=ConversationSerializer)
    def post(self, caller: Caller, given: Given, pk: int) -> Answer:
        """Back to the assistant, which answers what came in meanwhile."""
        chat = chat_of(caller, pk)
        if chat.holder == Holder.NOBODY:
            raise Conflict
        turns.give_back(chat.pk, user=caller.user)
        return Answer(chat_of(caller, pk))


class CloseView(View):
    @operation(Right.CHATS_WRITE, answers=ConversationSerializer)
    def post(self, caller: Caller, given: Given, pk: int) -> Answer:
        """Done; the person's next message opens it again, with the assistant."""
        turns.close(chat_of(caller, pk).pk, user=caller.user)
        return Answer(chat_of(caller, pk))


class AssignView(View):
    @operation(Right.CHATS_WRITE, takes=AssignSerializer, answers=ConversationSerializer, example={"userId": 7})
    def post(self, caller: Caller, given: Given, pk: int) -> Answer:
        """Hand the chat to a colleague."""
        said = work.assign(chat_of(caller, pk), caller.user, str(given["userId"]))
        if not said.done:
            raise serializers.ValidationError({"userId": [said.words]})
        return Answer(chat_of(caller, pk), said.words)


# --- Sending ---------------------------------------------------------------------------------------------------------


class SendView(View):
    @operation(
        Right.CHATS_WRITE,
        takes=SendSerializer,
        answers=SentSerializer,
        status=202,
        example={"to": "6281234567890", "message": "Halo Kak, unitnya masih ada.", "vehicleId": "PM-PST-001"},
    )
    def post(self, caller: Caller, given: Given) -> Answer:
        """Queue a reply in a chat there is, as the person of the credential, who has the chat from then on.

        With the header Idempotency-Key the same call is carried out once, however often it comes within a day.
        """
        key = self.request.headers.get("Idempotency-Key", "")
        if len(key) > 200:
            raise serializers.ValidationError({"Idempotency-Key": _("Paling panjang 200 huruf.")})
        sent = _once(caller, key, given, lambda: _send(caller, given)) if key else _send(caller, given)
        rows = WhatsAppMessage.objects.filter(tenant_id=caller.tenant_id, pk__in=sent["messages"]).order_by("pk")
        return Answer({"conversationId": sent["conversation"], "messages": list(rows)}, _("Pesan masuk antrean."))


Sent = dict[str, Any]  # conversation: its id; messages: ids


def _send(caller: Caller, given: Given) -> Sent:
    chat = _meant(caller, given)
    last = WhatsAppMessage.objects.filter(tenant_id=caller.tenant_id, conversation=chat).order_by("-pk").first()
    upload = _upload(given["file"]) if "file" in given else None
    said = work.reply(chat, caller.user, given.get("message", ""), upload, given.get("vehicleId", ""))
    if not said.done:
        raise Conflict(said.words)
    mine = WhatsAppMessage.objects.filter(
        tenant_id=caller.tenant_id, conversation=chat, direction=Direction.OUTBOUND, sender_type=Sender.HUMAN
    )
    return {
        "conversation": chat.pk,
        "messages": list(mine.filter(pk__gt=last.pk if last else 0).values_list("pk", flat=True)),
    }


def _meant(caller: Caller, given: Given) -> WhatsAppConversation:
    """Nobody is written to who has not written first."""
    if "conversationId" in given:
        return chat_of(caller, given["conversationId"])
    number = phone.normalise(given["to"])
    found = WhatsAppConversation.objects.filter(tenant_id=caller.tenant_id, customer_phone=number or "-").first()
    if found is None:
        raise exceptions.NotFound(_("Belum ada percakapan dengan nomor ini."))
    return found


def _upload(file: Given) -> SimpleUploadedFile:
    try:
        data = base64.b64decode(file["base64"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise serializers.ValidationError({"file": {"base64": [_("Bukan base64 yang benar.")]}}) from error
    return SimpleUploadedFile(file["filename"].replace("\x00", ""), data)


def _once(caller: Caller, key: str, given: Given, act: Callable[[], Sent]) -> Sent:
    """What the first call with this key did; another body under the same key is refused."""
    digest = hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()
    SentOnce.objects.filter(tenant_id=caller.tenant_id, created_at__lt=clock.now() - KEY_LIVES).delete()
    mine = SentOnce.objects.select_for_update().filter(tenant_id=caller.tenant_id, credential=caller.key, key=key)
    try:
        with transaction.atomic():
            row = SentOnce.objects.create(
                tenant_id=caller.tenant_id, credential=caller.key, key=key, digest=digest, sent={}
            )
    except IntegrityError:
        known = mine.first()
        if known is None or known.digest != digest:
            raise Conflict(_("Idempotency-Key ini sudah dipakai untuk permintaan lain.")) from None
        return dict(known.sent)
    row.sent = act()
    row.save(update_fields=["sent"])
    return dict(row.sent)


# --- Figures ---------------------------------------------------------------------------------------------------------


class RangeQuery(Strict):
    range = serializers.ChoiceField(choices=["today", "week", "month"], default="today")


class FiguresSerializer(serializers.Serializer[Any]):
    since = serializers.DateTimeField()
    conversations = serializers.IntegerField(help_text="Customers' chats with a message of theirs since then.")
    customerMessages = serializers.IntegerField()
    answeredByAI = serializers.IntegerField(help_text="Answers that the model wrote.")
    answeredFromStock = serializers.IntegerField(help_text="Answers from the stock alone.")
    answeredByPeople = serializers.IntegerField()
    escalated = serializers.IntegerField(help_text="Chats handed to a person.")
    medianSeconds = serializers.FloatField(allow_null=True, help_text="From a customer's message to its answer.")
    p95Seconds = serializers.FloatField(allow_null=True)


class StatsSerializer(FiguresSerializer):
    totalConversations = serializers.IntegerField()
    waitingConversations = serializers.IntegerField()


class AnalyticsView(View):
    @operation(Right.STATS_READ, takes=RangeQuery, answers=FiguresSerializer)
    def get(self, caller: Caller, given: Given) -> Answer:
        """Figures since today, this week's Monday or the first of the month began, in the showroom's zone."""
        return Answer(_figures(caller.tenant_id, given["range"]))


class StatsView(View):
    @operation(Right.STATS_READ, answers=StatsSerializer)
    def get(self, caller: Caller, given: Given) -> Answer:
        """Today's figures, and how many chats there are and wait."""
        chats = WhatsAppConversation.objects.filter(tenant_id=caller.tenant_id)
        waiting = folders.inside(caller.tenant_id, Folder.WAITING, caller.user)
        counts = {"totalConversations": chats.count(), "waitingConversations": waiting.count()}
        return Answer({**_figures(caller.tenant_id, "today"), **counts})


def _figures(tenant_id: int, span: str) -> dict[str, Any]:
    zone = WhatsAppAIConfig.objects.filter(tenant_id=tenant_id).values_list("timezone", flat=True).first()
    now = clock.now().astimezone(ZoneInfo(zone or "Asia/Jakarta"))
    days = {"today": 0, "week": now.weekday(), "month": now.day - 1}[span]
    since = datetime.combine(now.date() - timedelta(days=days), time(), now.tzinfo)
    found = reports.figures(tenant_id, since)
    return {
        "since": since,
        "conversations": found.talks,
        "customerMessages": found.messages,
        "answeredByAI": found.by_model,
        "answeredFromStock": found.by_counter,
        "answeredByPeople": found.by_people,
        "escalated": found.handed,
        "medianSeconds": found.median,
        "p95Seconds": found.slow,
    }


# --- What came in ----------------------------------------------------------------------------------------------------


class LogEntrySerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    receivedAt = serializers.DateTimeField(source="created_at")
    conversationId = serializers.IntegerField(source="conversation_id")
    messageId = serializers.CharField(source="aimeow_message_id")
    type = serializers.SerializerMethodField()

    def get_type(self, message: WhatsAppMessage) -> str:
        return message.media_type or "text"


class WebhookLogSerializer(serializers.Serializer[Any]):
    received = LogEntrySerializer(many=True)
    findings = serializers.ListField(child=serializers.CharField(), help_text="What is open with the gateway.")


class WebhookLogView(View):
    @operation(Right.NUMBER_READ, answers=WebhookLogSerializer)
    def get(self, caller: Caller, given: Given) -> Answer:
        """The last messages the gateway has brought, without their text, and what is open with the gateway."""
        rows = WhatsAppMessage.objects.filter(tenant_id=caller.tenant_id, direction=Direction.INBOUND)
        findings = Finding.objects.filter(tenant_id=caller.tenant_id, resolved_at=None)
        kinds = [finding.kind for finding in findings.order_by("pk")[:20]]
        return Answer({"received": list(rows.order_by("-pk")[:50]), "findings": kinds})
