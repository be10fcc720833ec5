"""`python -m autolumiku.faults`: the arguments, the folder and the database; then run.py. 0: every promise held."""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from autolumiku import embedded
from autolumiku.faults import house


def main(words: Sequence[str] | None = None) -> int:
    """Django is set up only after this run's own database is in the environment."""
    given = _arguments(words)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the house is cleared
    with _folder(given.root) as place:
        try:
            env = house.environment(place, embedded.ensure(place))
            os.environ.update(env)
            import django

            django.setup()
            from autolumiku.faults import run

            return run.run(given, place, env)
        finally:
            embedded.reset(place)


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="manage.py faults", description="Kill processes and prove the promises.")
    parser.add_argument("--kills", type=int, default=300, help="at random; the named moments come on top")
    parser.add_argument("--seed", type=int, help="of the dice")
    parser.add_argument("--short", action="store_true", help="one round within 90 s; --kills counts all of them")
    parser.add_argument("--away", type=float, help="seconds without a database (default 45, short form 4)")
    parser.add_argument(
        "--only",
        choices=("away", "deploy", "upload"),
        help="nothing but that outage, or but deploys, under load; or a car added by WhatsApp while workers die",
    )
    parser.add_argument("--root", type=Path, help="folder to work in (default: a temporary one)")
    given = parser.parse_args(words)
    given.seed = random.SystemRandom().randrange(10_000) if given.seed is None else given.seed
    return given


@contextlib.contextmanager
def _folder(root: Path | None) -> Iterator[Path]:
    """PostgreSQL may run as another user, who must be able to enter."""
    place = root or Path(tempfile.mkdtemp(prefix="autolumiku-faults-"))
    place.mkdir(exist_ok=True)
    place.chmod(0o755)
    try:
        yield place.resolve()
    finally:
        if root is None:
            shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
