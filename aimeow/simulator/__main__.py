"""`python -m aimeow.simulator --port 7030 --state FILE.json`: the simulated gateway and its phone page."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

from . import running, state


def main() -> int:
    """0 after a clean end, 2 when the state file or the port cannot be used."""
    given = _arguments()
    gateway = state.Gateway()
    try:
        if given.state:
            state.load(gateway, given.state)
        asyncio.run(running.serve(gateway, given.host, given.port))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        sys.stderr.write(f"Aimeow simulator cannot start: {error}\n")
        return 2
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m aimeow.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=int(os.environ.get("SIMULATOR_PORT", "7030")))
    parser.add_argument("--state", type=Path, help="JSON with callback_url, clients and contacts to begin with")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
