"""The stock for machines: what customers may be told of a car, nothing that is for staff only."""

# ruff: noqa: N815 (the fields carry the names of the wire)

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from inventory.models import Status, Vehicle
from tenants.api import Answer, Caller, Given, Strict, View, operation
from tenants.models import Right

PAGE = 50


class VehicleSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(source="display_id")
    make = serializers.CharField()
    model = serializers.CharField()
    variant = serializers.CharField()
    year = serializers.IntegerField()
    status = serializers.CharField()
    price = serializers.IntegerField(allow_null=True, help_text="Rupiah, cash.")
    creditPrice = serializers.IntegerField(source="credit_price", allow_null=True)
    mileage = serializers.IntegerField(allow_null=True, help_text="Kilometres.")
    transmission = serializers.CharField()
    fuel = serializers.CharField()
    color = serializers.CharField()
    bodyType = serializers.CharField(source="body_type")
    seats = serializers.IntegerField(allow_null=True)
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="updated_at")


class VehiclesQuery(Strict):
    status = serializers.ChoiceField(choices=Status.choices, required=False)
    make = serializers.CharField(max_length=40, required=False)
    model = serializers.CharField(max_length=60, required=False)
    cursor = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class VehiclesView(View):
    @operation(Right.STOCK_READ, takes=VehiclesQuery, answers=VehicleSerializer, many=True)
    def get(self, caller: Caller, given: Given) -> Answer:
        """The showroom's cars, the newest first; deleted ones only where asked for."""
        rows = Vehicle.objects.filter(tenant_id=caller.tenant_id)
        rows = rows.filter(status=given["status"]) if "status" in given else rows.exclude(status=Status.DELETED)
        for name in ("make", "model"):
            rows = rows.filter(**{f"{name}__iexact": given[name]}) if name in given else rows
        if "cursor" in given:
            rows = rows.filter(pk__lt=given["cursor"])
        found = list(rows.order_by("-pk")[: PAGE + 1])
        return Answer(found[:PAGE], meta={"next": str(found[PAGE - 1].pk) if len(found) > PAGE else None})
