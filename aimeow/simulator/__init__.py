"""A stand-in for the Aimeow gateway: its REST API, its webhook, its bad habits, and a phone to play with.

    python -m aimeow.simulator --port 7030 --state FILE.json

In tests: `with Simulator() as sim: ...`. Nothing here knows Django, and nothing of the product imports it.
"""

from .running import Delivery, Simulator
from .state import Sent

__all__ = ["Delivery", "Sent", "Simulator"]
