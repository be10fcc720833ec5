"""Which car of the stock a line of a list means, and what it would change."""

from __future__ import annotations

import pytest

from inventory import importing, restocking
from inventory.models import Vehicle

HEAD = "id;merek;model;varian;tahun;km;harga;plat;status;kursi\n"


def cars(*lines):
    """Cars of the stock, as a list would have them; their ids count on from 1."""
    rows = importing.read((HEAD + "\n".join(lines) + "\n").encode()).rows
    assert len(rows) == len(lines)
    return [
        Vehicle(pk=number, **{"display_id": f"A-{number}", **row.values()}) for number, row in enumerate(rows, start=1)
    ]


def plan(stock, *lines, head=HEAD):
    sheet = importing.read((head + "\n".join(lines) + "\n").encode())
    assert sheet.errors == ()
    return restocking.compare(sheet.rows, stock)


RUSH = ";Toyota;Rush;G;2020;45000;200jt;B 1 AA;;"
OTHER = ";Honda;Jazz;RS;2018;60000;180jt;B 2 BB;;"


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        pytest.param("A-1;Toyota;Rush;G;2020;45000;200jt;B 1 AA;;", (0, 0, 1), id="the same, by ID"),
        pytest.param("a-1;Toyota;Rush;G;2020;46000;195jt;;;", (0, 1, 0), id="another price, by ID"),
        pytest.param("A-9;Toyota;Rush;G;2020;45000;200jt;B 1 AA;;", (1, 0, 0), id="an ID that is new is a new car"),
        pytest.param(";Toyota;Rush;G;2020;47000;199jt;b1aa;;", (0, 1, 0), id="another price, by plate"),
        pytest.param(";Toyota;Rush;G;2020;45000;199jt;;;", (0, 1, 0), id="another price, by mileage"),
        pytest.param(";Toyota;Rush;G;2020;45000;199jt;B 7 XX;;", (1, 0, 0), id="another plate is another car"),
        pytest.param(";Toyota;Rush;G;2020;;199jt;;;", (1, 0, 0), id="without mileage and plate it is a new car"),
        pytest.param(";Toyota;Rush;G;2020;45000;;;;", (0, 0, 1), id="empty cells change nothing"),
        pytest.param(";Toyota;Rush;S;2020;45000;200jt;;;", (1, 0, 0), id="another variant is another car"),
    ],
)
def test_a_line_is_a_car_of_the_stock_or_a_new_one(line, counts):
    found = plan(cars(RUSH, OTHER), line)
    assert (len(found.new), len(found.changed), found.same) == counts
    assert found.errors == ()


def test_what_changes_is_said_field_by_field():
    (change,) = plan(cars(RUSH), "A-1;Toyota;Rush;S;2020;46000;195jt;;booking;").changed
    assert change.values == {"variant": "S", "mileage": 46_000, "price": 195_000_000, "status": "BOOKED"}


def test_what_the_list_does_not_say_is_not_changed():
    """A list without a column for seats or status does not undo what people set."""
    (car,) = stock = cars("A-1;Toyota;Rush;G;2020;45000;200jt;;terjual;8")
    found = plan(stock, "A-1;Toyota;Rush;2020;199jt", head="id;merek;model;tahun;harga\n")
    assert (found.changed[0].car, found.changed[0].values) == (car, {"price": 199_000_000})


def test_equal_cars_are_counted_one_by_one():
    bare = ";Toyota;Rush;;2020;;;;;"
    found = plan(cars(bare, bare), bare, bare, bare)
    assert (len(found.new), len(found.changed), found.same) == (1, 0, 2)


def test_of_two_alike_cars_none_is_guessed():
    found = plan(cars(RUSH.replace("B 1 AA", ""), RUSH.replace("B 1 AA", "")), ";Toyota;Rush;G;2020;45000;199jt;;;")
    assert (len(found.new), len(found.changed)) == (1, 0)


def test_the_same_car_twice_is_an_error():
    found = plan(cars(RUSH), "A-1;Toyota;Rush;G;2020;;199jt;;;", ";Toyota;Rush;G;2020;;198jt;B 1 AA;;")
    assert [str(error) for error in found.errors] == ["baris 3, plat: B 1 AA (A-1) sudah ada di baris 2"]
    assert (len(found.changed), found.new) == (1, ())


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("tersedia", "booking", None),
        ("terjual", "tersedia", None),
        ("terjual", "booking", "baris 2, status: A-1 terjual, tidak bisa langsung dibooking"),
        ("tersedia", "draf", "baris 2, status: A-1 tersedia, tidak bisa langsung draf"),
    ],
)
def test_a_status_follows_the_same_ways_as_a_staff_command(before, after, said):
    stock = cars(f"A-1;Toyota;Rush;G;2020;45000;200jt;;{before};")
    found = plan(stock, f"A-1;Toyota;Rush;G;2020;45000;200jt;;{after};")
    assert [str(error) for error in found.errors] == ([said] if said else [])
    assert len(found.changed) == (0 if said else 1)


def test_a_deleted_car_comes_back_by_its_id_only():
    stock = cars("A-1;Toyota;Rush;G;2020;45000;200jt;B 1 AA;dihapus;")
    assert plan(stock, "A-1;Toyota;Rush;G;2020;45000;200jt;;;").changed[0].values == {"status": "AVAILABLE"}
    assert len(plan(stock, ";Toyota;Rush;G;2020;45000;200jt;B 1 AA;;").new) == 1


def test_the_digest_tells_plans_of_another_stock_apart():
    line = "A-1;Toyota;Rush;G;2020;46000;195jt;;;"
    first, again = plan(cars(RUSH), line), plan(cars(RUSH), line)
    assert first.digest == again.digest
    (newer,) = stock = cars(RUSH)
    newer.version = 2
    assert plan(stock, line).digest != first.digest
