"""`python -m autolumiku.faults.worker`: the product's `manage.py worker`, with moments of death (points.py)."""

import os
from pathlib import Path

import django
from django.core.management import execute_from_command_line

from autolumiku.faults import points

if __name__ == "__main__":
    django.setup()
    points.arm_all(Path(os.environ["FAULTS_DIR"]), "worker")
    execute_from_command_line(["manage.py", "worker"])
