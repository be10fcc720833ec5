"""What every test starts from: no keys, no outside world."""

import os

for name in ("ZAI_API_KEY", "ZAI_BASE_URL", "AIMEOW_BASE_URL", "AIMEOW_WEBHOOK_SECRET", "API_TIMEOUT_MS"):
    os.environ.pop(name, None)
os.environ["AIMEOW_WEBHOOK_SECRET"] = "test-webhook-secret"
os.environ["AIMEOW_BASE_URL"] = "http://127.0.0.1:9"  # discard: a test that needs a gateway starts the simulator
