"""Scenario files: what is said to the assistant, and what has to come of it. Pure.

A file is a YAML list of entries. Each of an entry's `talks` is a scenario of its own:

    - id: A41
      about: the price comes from the stock
      stock: product                      # a name in stocks.yaml, or a list of cars
      set: {enable_test_drive_booking: false}   # settings of the assistant
      faq: {Apakah bisa COD?: Bisa, khusus Jabodetabek.}
      leasing: {BCA: [6.5, 7.25, 7.75]}   # flat rates of one year, two years, …
      hours: week                         # nine to five, Sundays closed; default: always open
      clock: Senin 10.00                  # default: now; the day lies in the past, where nothing is in the way
      model: ["Ada Kak, harganya Rp 470 juta."]   # drafts of the scripted model, in order; default: no model
      talks:
      - fortunernya kena berapa kak       # turns by " → ", bubbles of one turn by " / "
      - fortuner ada? → (jual PM-PST-002) → masih ada?   # (events): see playing.EVENTS;  "staf> stok": by staff
      says: [Rp 470 juta]                 # all of them in the last reply; {+1} is tomorrow's date
      said: []                            # in any reply
      never: [Rp 79 juta]                 # in no reply
      replies: 1                          # default: one for each turn
      end: {reason: "", intent: price_inquiry}    # see judging.STATES
      scripted: true                      # its checks hold for the scripted drafts only; a live model is not asked
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent / "scenarios"


class ScenarioError(Exception):
    """A file that cannot be read as scenarios; says which entry and why."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One conversation and its checks."""

    id: str
    talk: str
    about: str = ""
    stock: str | tuple[Mapping[str, Any], ...] = "product"
    set: Mapping[str, Any] = field(default_factory=dict)
    faq: Mapping[str, str] = field(default_factory=dict)
    leasing: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    hours: str = ""
    clock: str = ""
    model: tuple[Any, ...] | None = None
    says: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    replies: int | None = None
    end: Mapping[str, Any] = field(default_factory=dict)
    scripted: bool = False

    @property
    def turns(self) -> list[str]:
        return [turn.strip() for turn in self.talk.split(" → ")]


_FIELDS = frozenset(one.name for one in fields(Scenario)) - {"talk"} | {"talks"}


def read(paths: Iterable[Path]) -> list[Scenario]:
    """The scenarios of these files and folders, in order; ids are unique."""
    found = [one for path in paths for file in _files(path) for one in _of_file(file)]
    known: set[str] = set()
    for one in found:
        if one.id in known:
            raise ScenarioError(f"{one.id}: there are two of this id")
        known.add(one.id)
    return found


def of_ours() -> list[Scenario]:
    return read([HERE])


@cache
def stocks() -> dict[str, list[dict[str, Any]]]:
    """The stocks that scenarios name."""
    return yaml.safe_load((Path(__file__).resolve().parent / "stocks.yaml").read_text(encoding="utf-8"))


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(path.glob("*.yaml"))
    if not path.is_file():
        raise ScenarioError(f"{path}: no such file")
    return [path]


def _of_file(path: Path) -> Iterator[Scenario]:
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path.name}: {error}") from error
    if not isinstance(entries, list):
        raise ScenarioError(f"{path.name}: not a list of scenarios")
    for place, entry in enumerate(entries, start=1):
        yield from _of_entry(entry, f"{path.name}, entry {place}")


def _of_entry(entry: Any, where: str) -> Iterator[Scenario]:
    if not isinstance(entry, dict) or not entry.get("id") or not entry.get("talks"):
        raise ScenarioError(f"{where}: an id and talks are needed")
    unknown = set(entry) - _FIELDS
    if unknown:
        raise ScenarioError(f"{where}: unknown {', '.join(sorted(map(str, unknown)))}")
    values = {name: _frozen(value) for name, value in entry.items() if name not in ("talks", "id")}
    talks = [str(talk) for talk in entry["talks"]]
    one = Scenario(str(entry["id"]), "", **values)
    for number, talk in enumerate(talks, start=1):
        yield replace(one, id=one.id if len(talks) == 1 else f"{one.id}-{number}", talk=talk)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
