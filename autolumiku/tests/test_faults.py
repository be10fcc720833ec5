"""The fault harness in its short forms: real processes die, and every promise holds (autolumiku.faults)."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from autolumiku import embedded

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE = 240.0
pytestmark = pytest.mark.slow


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the database's user can enter; nothing is left of it, whatever happens."""
    place = Path(tempfile.mkdtemp(prefix="autolumiku-faults-"))
    place.chmod(0o755)
    yield place
    embedded.reset(place)
    shutil.rmtree(place)


def harness(place: Path, *words: str) -> tuple[int, str]:
    """Exit status and words of `manage.py faults`; with all its processes it is gone afterwards."""
    command = [sys.executable, "manage.py", "faults", "--root", str(place), *words]
    process = subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    try:
        said, _ = process.communicate(timeout=PATIENCE)
        return process.returncode, said
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGTERM)
        said, _ = process.communicate(timeout=30)
        return 1, said
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def test_thirty_kills_under_load_lose_nothing_and_double_nothing(folder):
    status, said = harness(folder, "--short", "--kills", "30", "--seed", "1")
    assert status == 0, said
    assert "     0  messages that met the end of their chat's turn" not in said


def test_forty_five_seconds_without_a_database_lose_nothing(folder):
    """One worker lives through it, the other is started in it; neither ends by itself."""
    status, said = harness(folder, "--only", "away", "--away", "45", "--seed", "1")
    assert status == 0, said
    assert "     1  restarts of web and workers" in said


def test_a_car_added_while_workers_are_killed_is_one_car_with_all_its_photos(folder):
    """Fifteen photos in disorder and in copies, three other commands between, a kill -9 after every few messages."""
    status, said = harness(folder, "--only", "upload", "--seed", "1")
    assert status == 0, said
    assert int(said.split(" kills of workers")[0].split()[-1]) >= 10
