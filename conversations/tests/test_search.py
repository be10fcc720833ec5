# ruff: noqa: E501 (one row of the tables is one line)
"""The search at 10,000 cars in one showroom, as the app role behind row-level security: no table read from end to end,
no statement that looks at more than a small part of it; and what is found where nothing fits.
"""

from __future__ import annotations

import pytest
from django.db import connection, connections

from autolumiku.testing.stage import Showroom
from inventory import search
from inventory.search import Wanted
from tenants import scope

MODELS = (
    ("Toyota", "Avanza", "G MT", "mpv"), ("Toyota", "Innova Reborn", "2.4 V AT", "mpv"), ("Honda", "Brio", "RS", "hatchback"),
    ("Honda", "HR-V", "E CVT", "suv"), ("Daihatsu", "Xenia", "R MT", "mpv"), ("Suzuki", "Ertiga", "GX", "mpv"),
    ("Mitsubishi", "Xpander", "Ultimate AT", "mpv"), ("Nissan", "Livina", "VE", "mpv"), ("Toyota", "Fortuner", "VRZ", "suv"),
    ("Mazda", "CX-5", "Elite", "suv"), ("Hyundai", "Creta", "Prime", "suv"), ("Wuling", "Almaz", "RS", "suv"),
)  # fmt: skip
CARS = 10_000
FILL_SQL = """
INSERT INTO vehicles (tenant_id, display_id, make, model, variant, body_type, year, status, price, mileage, transmission,
    fuel, color, license_plate, condition, papers, accident_history, flood_history, description, staff_notes, is_featured,
    version, make_key, created_at, updated_at)
SELECT %(tenant)s::bigint, 'X-' || n, m.make, m.model, m.variant, m.body, 2008 + n %% 17,
    CASE n %% 9 WHEN 0 THEN 'SOLD' WHEN 1 THEN 'BOOKED' ELSE 'AVAILABLE' END, 60000000 + n * 40000::bigint, n * 10,
    CASE n %% 2 WHEN 0 THEN 'manual' ELSE 'automatic' END, 'bensin', 'hitam', '', '', '', '', '', '', '', false, 1, '',
    now() - n * interval '1 minute', now()
FROM generate_series(1, %(cars)s::int) AS n
JOIN unnest(%(makes)s::text[], %(models)s::text[], %(variants)s::text[], %(bodies)s::text[]) WITH ORDINALITY
    AS m(make, model, variant, body, place) ON m.place = 1 + n %% %(kinds)s::int
"""
MOST_ROWS = 3_500  # of 10,000: a third is what one make or kind has


@pytest.fixture
def large(showroom):
    """10,000 cars more, counted by PostgreSQL, and another showroom with a few."""
    makes, models, variants, bodies = (list(column) for column in zip(*MODELS, strict=True))
    other = Showroom(showroom.gateway, slug="other", name="Other", number=2)
    other.has(make="Toyota", model="Avanza", year=2019, price=150_000_000)
    with connection.cursor() as cursor, scope.of(showroom.tenant):
        values = {"makes": makes, "models": models, "variants": variants, "bodies": bodies, "kinds": len(MODELS)}
        cursor.execute(FILL_SQL, {"tenant": showroom.tenant.pk, "cars": CARS, **values})
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE vehicles, vehicle_names")
    return showroom


def plans(tenant, wanted: Wanted) -> list[dict]:
    """The plan of every statement of this search, run; as the role that answers customers."""
    found = []

    def explained(execute, sql, params, many, context):
        execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", params, many, context)
        (plan,) = context["cursor"].fetchone()
        found.append(plan[0]["Plan"])
        return execute(sql, params, many, context)

    with scope.of(tenant), connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_seqscan = off"
        )  # this showroom is most of the table: counting it would read all
        with connection.execute_wrapper(explained):
            search.find(tenant.pk, wanted)
    return found


def nodes(plan: dict):
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


SEARCHES = {
    "list": Wanted(),
    "model": Wanted(make="Honda", model="HR-V"),
    "model with wishes": Wanted(make="Toyota", model="Avanza", year=2015, transmission="automatic", color="hitam"),
    "make": Wanted(make="Toyota"),
    "id": Wanted(unit_id="X-4711"),
    "budget": Wanted(budget=200_000_000),
    "make and budget": Wanted(make="Honda", budget=200_000_000),
    "at most": Wanted(budget=150_000_000, budget_max=150_000_000),
    "kind and budget": Wanted(body_type="suv", budget=250_000_000),
    "cheapest": Wanted(order="cheapest"),
    "dearest suv": Wanted(order="dearest", body_type="suv"),
    "years": Wanted(year_min=2020, year_max=2022),
    "not there": Wanted(make="Kia", model="Sonet"),
    "not in this year": Wanted(make="Wuling", model="Almaz", year=1999),
    "mistyped in the stock": Wanted(make="Toyota", model="Avansa"),
    "no such money": Wanted(budget=5_000_000_000),
    "sold": Wanted(unit_id="X-9"),
}


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_no_search_reads_the_whole_of_a_large_stock(large):
    for name, wanted in SEARCHES.items():
        statements = plans(large.tenant, wanted)
        assert len(statements) <= 3, name
        for plan in statements:
            for node in nodes(plan):
                if not node.get("Relation Name", "").startswith("vehicle"):
                    continue
                where = (name, node["Node Type"], node["Relation Name"], node["Actual Rows"])
                assert node["Node Type"] != "Seq Scan", where
                counts = node["Node Type"] == "Index Only Scan" and node["Relation Name"] == "vehicles"
                assert counts or node["Actual Rows"] * node["Actual Loops"] <= MOST_ROWS, where


@pytest.fixture
def find(showroom):
    def _find(**wanted):
        with showroom.scope():
            return search.find(showroom.tenant.pk, Wanted(**wanted))

    return _find


def ids(cars):
    return [car.display_id for car in cars]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stock", "wanted", "found"),
    [
        pytest.param(("Kijang Innova", "Reborn 2.4 V"), "Innova Reborn", True, id="name over model and variant"),
        pytest.param(("Innova Reborn", ""), "Innova", True, id="the shorter name"),
        pytest.param(("Innova", "2.0 G"), "Innova Reborn", False, id="not another Innova"),
        pytest.param(("HRV", "E"), "HR-V", True, id="without its hyphen"),
        pytest.param(("CR V", "Turbo"), "CR-V", True, id="with a space"),
        pytest.param(("Avanzaa", ""), "Avanza", False, id="mistyped in the stock is no such car"),
    ],
)
def test_a_car_is_found_by_any_of_its_names(showroom, find, stock, wanted, found):
    model, variant = stock
    car = showroom.has(make="Toyota", model=model, variant=variant, year=2018, price=200_000_000)
    assert (car.display_id in ids(find(make="Toyota", model=wanted).units)) is found


@pytest.mark.django_db
def test_a_name_mistyped_in_the_stock_list_comes_near(showroom, find):
    car = showroom.has(make="Toyota", model="Avansa", year=2018, price=200_000_000)
    found = find(make="Toyota", model="Avanza")
    assert (ids(found.units), ids(found.nearest)) == ([], [car.display_id])


@pytest.mark.django_db
def test_names_follow_the_car_whoever_changes_it(showroom, find):
    car = showroom.has(make="toyota", model="Yaris", year=2018, price=200_000_000)
    assert find(make="Toyota", model="Yaris").units
    with showroom.scope():
        car.change({"make": "Honda", "model": "Jazz"}, by="test")
    assert not find(make="Toyota", model="Yaris").units
    assert ids(find(make="Honda", model="Jazz").units) == [car.display_id]


@pytest.mark.django_db
@pytest.mark.parametrize("spelled", ["pm-pst-001", "PM-PST-001", "Pm-Pst-001"])
def test_an_id_is_found_in_any_case(find, spelled):
    assert ids(find(unit_id=spelled).units) == ["PM-PST-001"]


@pytest.mark.django_db
def test_the_nearest_in_price_come_from_both_sides(showroom, find):
    for price in (100, 180, 195, 206, 300):
        showroom.has(make="Toyota", model="Yaris", year=2018, price=price * 1_000_000)
    prices = [car.price // 1_000_000 for car in find(budget=200_000_000).units]
    assert prices == [195, 206, 180]


@pytest.mark.django_db
def test_a_car_without_a_price_is_still_there_when_the_cheapest_is_asked_for(showroom, find):
    showroom.has(make="Toyota", model="Yaris", year=2018)
    assert len(find(make="Toyota", model="Yaris", order="cheapest").units) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("years", "there"), [((2000, 2010), True), ((2007, None), False), ((None, 2006), True)])
def test_years_may_be_a_span(find, years, there):
    low, high = years
    found = find(make="Honda", model="City", year_min=low, year_max=high)
    assert bool(found.units) is there
    assert there or ids(found.nearest) == ["PM-PST-001"]


@pytest.mark.django_db
def test_instead_of_a_gone_car_come_its_own_model_then_its_kind(showroom, find):
    for model, price, body, status in (
        ("Rush", 200, "suv", "SOLD"), ("Rush", 260, "suv", "AVAILABLE"), ("Terios", 205, "suv", "AVAILABLE"),
        ("Yaris", 201, "hatchback", "AVAILABLE"),
    ):  # fmt: skip
        showroom.has(make="Toyota", model=model, year=2018, price=price * 1_000_000, body_type=body, status=status)
    found = find(unit_id="PM-PST-003")
    assert (ids(found.gone), ids(found.nearest)) == (["PM-PST-003"], ["PM-PST-004", "PM-PST-005", "PM-PST-002"])
