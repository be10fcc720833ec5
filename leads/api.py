"""Prospective buyers for machines."""

# ruff: noqa: N815 (the fields carry the names of the wire)

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from leads.models import Lead
from tenants.api import Answer, Caller, Given, Strict, View, operation
from tenants.models import Right

PAGE = 50


class LeadSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    phone = serializers.CharField()
    name = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    status = serializers.CharField()
    priority = serializers.CharField()
    vehicleId = serializers.SerializerMethodField()
    interestedIn = serializers.CharField(source="interested_in")
    budgetRange = serializers.CharField(source="budget_range")
    timeframe = serializers.CharField()
    location = serializers.CharField()
    nextStep = serializers.CharField(source="next_step")
    followUpDate = serializers.DateField(source="follow_up_date", allow_null=True)
    assignedTo = serializers.SerializerMethodField()
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="updated_at")

    def get_vehicleId(self, lead: Lead) -> str | None:  # noqa: N802
        return lead.vehicle.display_id if lead.vehicle else None

    def get_assignedTo(self, lead: Lead) -> str | None:  # noqa: N802
        return lead.assigned_to.get_username() if lead.assigned_to else None


class LeadsQuery(Strict):
    status = serializers.ChoiceField(choices=Lead.Status.choices, required=False)
    priority = serializers.ChoiceField(choices=Lead.Priority.choices, required=False)
    cursor = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class LeadsView(View):
    @operation(Right.LEADS_READ, takes=LeadsQuery, answers=LeadSerializer, many=True)
    def get(self, caller: Caller, given: Given) -> Answer:
        """The showroom's leads, the newest first."""
        rows = Lead.objects.filter(tenant_id=caller.tenant_id).select_related("vehicle", "assigned_to")
        rows = rows.filter(**{name: given[name] for name in ("status", "priority") if name in given})
        if "cursor" in given:
            rows = rows.filter(pk__lt=given["cursor"])
        found = list(rows.order_by("-pk")[: PAGE + 1])
        return Answer(found[:PAGE], meta={"next": str(found[PAGE - 1].pk) if len(found) > PAGE else None})
