"""`gunicorn autolumiku.faults.web`: the product's own web application, with moments of death (points.py)."""

import os
from pathlib import Path

import django

from autolumiku.faults import points

django.setup()
points.arm_all(Path(os.environ["FAULTS_DIR"]), "web")

from autolumiku.wsgi import application  # noqa: E402, F401 - after the wrapping: it takes references
