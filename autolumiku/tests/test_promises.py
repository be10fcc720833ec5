"""What the README and the code say of each other is true."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from procrastinate.contrib.django import app

from conversations import decide, models

ROOT = Path(settings.BASE_DIR)
README = (ROOT / "README.md").read_text()
CODE = [path for path in ROOT.glob("*/**/*.py") if not {"tests", ".venv", "var"} & set(path.relative_to(ROOT).parts)]
PLATFORM = {"CI", "PATH", "HOME", "DJANGO_SETTINGS_MODULE"}


def read_names():
    sources = [(ROOT / "autolumiku/settings.py").read_text(), (ROOT / "gunicorn.conf.py").read_text()]
    names = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"|environ\.get\("([A-Z_]+)"', "\n".join(sources)))
    return {name for pair in names for name in pair if name} - PLATFORM


@pytest.mark.parametrize("name", sorted(read_names()))
def test_every_setting_is_in_the_readme(name):
    assert f"`{name}`" in README


def test_every_setting_of_the_readme_is_read():
    told = set(re.findall(r"`([A-Z][A-Z_]{3,})`", README.split("### Settings")[1].split("\n### ")[0]))
    code = "\n".join(path.read_text() for path in [*CODE, ROOT / "gunicorn.conf.py"])
    assert {name for name in told if f'"{name}"' not in code and f"'{name}'" not in code} == set()


def packages():
    lines = (ROOT / "requirements.in").read_text().splitlines()
    return [re.split(r"[\[~=<> ]", line)[0] for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("package", packages())
def test_every_dependency_has_its_reason_in_the_readme(package):
    assert package in README.split("## Dependencies")[1]


def commands():
    return sorted(path.stem for path in ROOT.glob("*/management/commands/[a-z]*.py"))


@pytest.mark.parametrize("command", [name for name in commands() if name not in {"demo", "load_demo"}])
def test_every_command_is_in_the_readme(command):
    assert command in README


def test_the_map_names_every_app_and_step():
    tree = README.split("## Map")[1].split("## Production")[0]
    apps = [path.parent.name for path in ROOT.glob("*/apps.py")]
    steps = [path.name for path in (ROOT / "conversations").glob("[a-z]*.py") if path.stem not in {"apps", "models"}]
    missing = [name for name in [*apps, *steps] if name not in tree and name not in {"admin.py", "commands.py"}]
    assert missing == []


def test_every_job_that_is_deferred_by_name_exists():
    app.perform_import_paths()
    named = {name for path in CODE for name in re.findall(r'later\(\s*"([a-z_]+\.[a-z_]+)"', path.read_text())}
    assert named
    assert named <= set(app.tasks)


def test_the_reasons_that_are_decided_are_the_reasons_that_are_stored():
    assert {reason.value for reason in decide.Reason} == set(models.Reason.values)
