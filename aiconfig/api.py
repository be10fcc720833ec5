"""The assistant's settings for machines: GET and PUT /api/v1/whatsapp-ai/config, in the product's camelCase names.

Hours and questions are rows of their own; here they are fields of one object.
"""

# ruff: noqa: N815 (the fields carry the names of the wire)

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from aiconfig import hours, llm, spending, versions
from aiconfig.models import BusinessHours, FAQEntry, Holiday, LLMCall, WhatsAppAIConfig, known_zone
from autolumiku.lib import clock
from tenants.api import Answer, Caller, Given, Strict, View, operation
from tenants.models import Right, User

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CLOSED = "closed"
MOST_QUESTIONS = 200
Hours = Mapping[int, tuple[time, time]]


# --- Hours and questions: rows of their own ---------------------------------------------------------------------------


def week_of(tenant_id: int) -> dict[int, tuple[time, time]] | None:
    """Weekday (0 = Monday) -> (opens, closes), without closed days; None: no hours set, always open."""
    rows = list(BusinessHours.objects.filter(tenant_id=tenant_id))
    return {row.weekday: (row.opens, row.closes) for row in rows if row.opens and row.closes} if rows else None


def calendar_of(tenant_id: int) -> hours.Calendar:
    """The week with its holidays; empty: always open."""
    shut = Holiday.objects.filter(tenant_id=tenant_id).values_list("day", flat=True)
    return hours.Calendar(week_of(tenant_id) or {}, shut)


def tenants_with_hours() -> QuerySet[BusinessHours, Any]:
    """The showrooms that open and close, as a subquery."""
    return BusinessHours.objects.exclude(opens=None).values("tenant")


def set_week(tenant_id: int, week: Hours | None) -> None:
    """Write the whole week; a day that is missing is closed. None: no hours, always open."""
    WhatsAppAIConfig.objects.filter(tenant_id=tenant_id).update(hours_known=True)
    BusinessHours.objects.filter(tenant_id=tenant_id).delete()
    if week is None:
        return
    BusinessHours.objects.bulk_create(
        BusinessHours(tenant_id=tenant_id, weekday=day, opens=opens, closes=closes)
        for day in range(7)
        for opens, closes in [week.get(day, (None, None))]
    )


# --- Shapes ----------------------------------------------------------------------------------------------------------


class DaySerializer(serializers.Serializer[Any]):
    open = serializers.TimeField(format="%H:%M", input_formats=["%H:%M"])
    close = serializers.TimeField(format="%H:%M", input_formats=["%H:%M"])


@extend_schema_field(
    {
        "type": "object",
        "nullable": True,
        "properties": {day: {} for day in DAYS},
        "additionalProperties": False,
        "example": {"monday": {"open": "09:00", "close": "17:00"}, "sunday": CLOSED},
    }
)
class WeekField(serializers.Field[Any, Any, Any, Any]):
    """{"monday": {"open", "close"} | "closed", …}: the whole week, a missing day is closed. null: always open."""

    default_error_messages = {
        "invalid": _("Jam buka harus berupa hari dengan jamnya."),
        "day": _("Hari tidak dikenal: {day}."),
        "hours": _('{day}: tulis {{"open": "09:00", "close": "17:00"}} atau "closed".'),
    }

    def to_internal_value(self, data: Any) -> dict[int, tuple[time, time]]:
        if not isinstance(data, dict):
            self.fail("invalid")
        return {DAYS.index(day): hours for day, value in data.items() if (hours := self._day(day, value)) is not None}

    def _day(self, day: str, value: Any) -> tuple[time, time] | None:
        if day not in DAYS:
            self.fail("day", day=str(day)[:20])
        if value == CLOSED:
            return None
        shape = DaySerializer(data=value)
        if not shape.is_valid() or set(value) != {"open", "close"}:
            self.fail("hours", day=day)
        return shape.validated_data["open"], shape.validated_data["close"]

    def to_representation(self, week: Hours) -> dict[str, Any]:
        return {
            name: {"open": f"{week[day][0]:%H:%M}", "close": f"{week[day][1]:%H:%M}"} if day in week else CLOSED
            for day, name in enumerate(DAYS)
        }


class QuestionSerializer(serializers.Serializer[Any]):
    question = serializers.CharField(max_length=300)
    answer = serializers.CharField(max_length=2000)


class ConfigSerializer(Strict):
    aiName = serializers.CharField(source="ai_name", max_length=60)
    aiPersonality = serializers.ChoiceField(source="ai_personality", choices=WhatsAppAIConfig.Personality.choices)
    welcomeMessage = serializers.CharField(source="welcome_message", max_length=500, allow_blank=True)
    instructions = serializers.CharField(max_length=1500, allow_blank=True)
    autoReply = serializers.BooleanField(source="auto_reply")
    customerChatEnabled = serializers.BooleanField(source="customer_chat_enabled")
    staffCommandsEnabled = serializers.BooleanField(source="staff_commands_enabled")
    businessHours = WeekField(source="week", allow_null=True)
    timezone = serializers.CharField(max_length=40, validators=[known_zone])
    afterHoursMessage = serializers.CharField(source="after_hours_message", max_length=1000, allow_blank=True)
    afterHoursMode = serializers.ChoiceField(source="after_hours_mode", choices=WhatsAppAIConfig.AfterHours.choices)
    aiModel = serializers.CharField(source="ai_model", max_length=80, allow_blank=True)
    temperature = serializers.FloatField(min_value=0, max_value=1)
    maxTokens = serializers.IntegerField(source="max_tokens", min_value=50, max_value=100_000)
    customFAQ = serializers.ListField(source="faq", child=QuestionSerializer(), max_length=MOST_QUESTIONS)
    enableVehicleInfo = serializers.BooleanField(source="enable_vehicle_info")
    enableTestDriveBooking = serializers.BooleanField(source="enable_test_drive_booking")
    enablePriceNegotiation = serializers.BooleanField(source="enable_price_negotiation")
    answerEnglish = serializers.BooleanField(source="answer_english")
    enableStaffUpload = serializers.BooleanField(source="enable_staff_upload")
    enableStaffStatus = serializers.BooleanField(source="enable_staff_status")
    burstWaitSeconds = serializers.FloatField(source="burst_wait_seconds", min_value=0, max_value=30)
    burstCapSeconds = serializers.FloatField(source="burst_cap_seconds", min_value=0, max_value=60)
    sendGapSeconds = serializers.FloatField(source="send_gap_seconds", min_value=0, max_value=60)
    customerGapSeconds = serializers.FloatField(source="customer_gap_seconds", min_value=0, max_value=60)
    dailySendCap = serializers.IntegerField(source="daily_send_cap", min_value=0, max_value=1_000_000)
    heldReplyMinutes = serializers.IntegerField(source="held_reply_minutes", min_value=0, max_value=10_080)
    lateAfterMinutes = serializers.IntegerField(source="late_after_minutes", min_value=0, max_value=10_080)
    staleAfterHours = serializers.IntegerField(source="stale_after_hours", min_value=0, max_value=720)
    sameTextLimit = serializers.IntegerField(source="same_text_limit", min_value=0, max_value=20)
    answersPerHour = serializers.IntegerField(source="answers_per_hour", min_value=0, max_value=1000)
    modelSeconds = serializers.FloatField(source="model_seconds", min_value=0, max_value=120)
    modelShare = serializers.IntegerField(source="model_share", min_value=0, max_value=10_000)
    dailyModelCalls = serializers.IntegerField(source="daily_model_calls", min_value=0, max_value=2_000_000_000)
    dailyModelTokens = serializers.IntegerField(source="daily_model_tokens", min_value=0, max_value=2_000_000_000)
    dailyModelCost = serializers.IntegerField(source="daily_model_cost", min_value=0, max_value=2_000_000_000)

    def get_fields(self) -> dict[str, Any]:
        """All optional: a PUT names what it changes. (`partial` would also excuse a question without an answer.)"""
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


# --- The view --------------------------------------------------------------------------------------------------------


class ConfigView(View):
    @operation(Right.SETTINGS_READ, answers=ConfigSerializer)
    def get(self, caller: Caller, given: Given) -> Answer:
        """The assistant's settings."""
        return Answer(shown(caller.tenant_id))

    @operation(
        Right.SETTINGS_WRITE,
        takes=ConfigSerializer,
        answers=ConfigSerializer,
        example={
            "aiName": "Rara",
            "temperature": 0.7,
            "businessHours": {"monday": {"open": "09:00", "close": "18:00"}},
        },
    )
    def put(self, caller: Caller, given: Given) -> Answer:
        """Change the settings that are named; the others stay."""
        save(caller.tenant_id, given, by=caller.user)
        return Answer(shown(caller.tenant_id), _("Pengaturan tersimpan."))


class HealthSerializer(serializers.Serializer[Any]):
    configured = serializers.BooleanField(help_text="A model is set; else answers come from the stock.")
    enabled = serializers.BooleanField(help_text="Automatic replies are on.")
    model = serializers.CharField()
    callsToday = serializers.IntegerField()
    tokensToday = serializers.IntegerField()
    costToday = serializers.IntegerField(help_text="Rupiah.")
    limitReached = serializers.BooleanField()
    errorsLastHour = serializers.IntegerField()
    lastError = serializers.CharField(allow_null=True)


class HealthView(View):
    @operation(Right.SETTINGS_READ, answers=HealthSerializer)
    def get(self, caller: Caller, given: Given) -> Answer:
        """How the model does for this showroom."""
        config = shown(caller.tenant_id)
        spent = spending.of_today(config)
        lately = clock.now() - timedelta(hours=1)
        failed = LLMCall.objects.filter(
            tenant_id=caller.tenant_id, outcome=LLMCall.Outcome.ERROR, created_at__gt=lately
        ).order_by("-pk")
        last = failed.first()
        return Answer(
            {
                "configured": llm.configured(),
                "enabled": config.auto_reply,
                "model": config.ai_model or settings.ZAI_TEXT_MODEL,
                "callsToday": spent.calls,
                "tokensToday": spent.tokens,
                "costToday": spent.cost,
                "limitReached": spending.reached(config, spent),
                "errorsLastHour": failed.count(),
                "lastError": last.error if last else None,
            }
        )


def shown(tenant_id: int) -> WhatsAppAIConfig:
    """The showroom's settings with its week and its questions; the defaults while there is no row."""
    config = WhatsAppAIConfig.of(tenant_id)
    faq = FAQEntry.objects.filter(tenant_id=tenant_id, is_active=True).values("question", "answer")
    config.week, config.faq = week_of(tenant_id), list(faq)  # type: ignore[attr-defined]
    return config


def save(tenant_id: int, values: Given, *, by: User | None = None) -> None:
    """Write the given fields only, as a new version where they shape answers."""
    columns = {name: value for name, value in values.items() if name not in ("week", "faq")}
    with transaction.atomic():
        config, _ = WhatsAppAIConfig.objects.get_or_create(tenant_id=tenant_id)
        if "week" in values:
            set_week(tenant_id, values["week"])
        if "faq" in values:
            versions.set_questions(tenant_id, [[entry["question"], entry["answer"]] for entry in values["faq"]])
        for name, value in columns.items():
            setattr(config, name, value)
        config.save(update_fields=[*columns, "updated_at"])
        versions.publish(tenant_id, by=by)
