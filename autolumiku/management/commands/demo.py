"""The whole product on this machine, with a simulated WhatsApp: one command, one Ctrl-C (`make demo`)."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from autolumiku.demo.processes import Family, Program, StoppedError, answers, is_free
from autolumiku.management.commands.load_demo import STATE_FILE, logins, webhook_secret

SECONDS_TO_START = 60.0


class Command(BaseCommand):
    help = "Run web, worker and the simulated gateway together, with demo data. PORT and SIMULATOR_PORT choose ports."

    def handle(self, *args: Any, **options: Any) -> None:
        web, sim = settings.PORT, settings.SIMULATOR_PORT
        check_ports(web, sim)
        secret = webhook_secret()
        call_command("migrate", verbosity=0, interactive=False)
        call_command("load_demo", stdout=self.stdout, verbosity=0)  # the logins come at the end
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
        with Family(environment(web, sim, secret), str(settings.BASE_DIR)) as family:
            try:
                problem = self._run(family, web, sim)
            except StoppedError:
                self.stdout.write("\nstopping …")
                return
        raise CommandError(problem)

    def _run(self, family: Family, web: int, sim: int) -> str:
        """Start, say when all is ready, and watch; returns what went wrong."""
        for program in programs(web, sim):
            family.start(program)
        urls = (f"http://127.0.0.1:{web}/healthz", f"http://127.0.0.1:{sim}/control")
        if problem := family.wait_until(lambda: all(map(answers, urls)), SECONDS_TO_START):
            return problem
        self.stdout.write("ready")
        self.stdout.write(welcome(web, sim))
        self.stdout.flush()
        return family.watch()


def check_ports(web: int, sim: int) -> None:
    """CommandError that names a port in use and the variable that chooses another."""
    if web == sim:
        raise CommandError(f"PORT and SIMULATOR_PORT are both {web}; they must differ.")
    for variable, port in (("PORT", web), ("SIMULATOR_PORT", sim)):
        if not 0 < port < 65536:
            raise CommandError(f"{variable} is {port}; a port lies between 1 and 65535.")
        if not is_free(port):
            raise CommandError(
                f"Port {port} is in use by another program. Choose a free one, for example: "
                f"{variable}={port + 1 if port < 65535 else port - 1} make demo"
            )


def environment(web: int, sim: int, secret: str) -> dict[str, str]:
    """What the children run with: always the simulated gateway, never the real one."""
    return {
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        "PORT": str(web),
        "SIMULATOR_PORT": str(sim),
        "HOST": "127.0.0.1",
        "PUBLIC_URL": f"http://127.0.0.1:{web}",
        "AIMEOW_BASE_URL": f"http://127.0.0.1:{sim}",
        "AIMEOW_WEBHOOK_SECRET": secret,
        "SECOND_FACTOR": "0",  # the logins are known to everybody
    }


def programs(web: int, sim: int) -> tuple[Program, ...]:
    python = sys.executable
    return (
        Program("web", (python, "-m", "gunicorn", "--bind", f"127.0.0.1:{web}", "autolumiku.wsgi")),
        Program("worker", (python, "manage.py", "worker")),
        Program("sim", (python, "-m", "aimeow.simulator", "--port", str(sim), "--state", str(STATE_FILE))),
    )


def welcome(web: int, sim: int) -> str:
    """Where to look, who to be, and where the answers come from."""
    model = (
        f"the model {settings.ZAI_TEXT_MODEL}" if settings.ZAI_API_KEY else "the stock itself (ZAI_API_KEY is not set)"
    )
    rows = (
        ("Phones", f"http://127.0.0.1:{sim}/", "write as a customer or as staff"),
        ("Admin", f"http://127.0.0.1:{web}/admin/", "the inbox, the stock and the settings"),
        ("Answers", f"come from {model}", ""),
    )
    table = "\n".join(f"{name:<8} {what:<32} {hint}".rstrip() for name, what, hint in rows)
    return f"\n{table}\n\n{logins()}\n\nCtrl-C ends everything; the data stay (make demo-reset deletes them).\n"
