"""Writes answers.json: what Prefect's server answers to `POST /ui/schemas/validate` for the schemas and values of cases.json.

Run it by a Python that has Prefect: python answers.py
"""

import json
import os
import tempfile
from pathlib import Path

os.environ["PREFECT_HOME"] = tempfile.mkdtemp()
os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"

import prefect
from prefect.server.api.server import create_app
from starlette.testclient import TestClient

here = Path(__file__).parent
cases = json.loads((here / "cases.json").read_text())


def answered(client, case):
    reply = client.post("/api/ui/schemas/validate", json={"schema": case["schema"], "values": case["values"]})
    return {"title": case["title"], "status": reply.status_code, "body": reply.json()}


with TestClient(create_app(ephemeral=True)) as client:
    answers = {"prefect": prefect.__version__, "answers": [answered(client, case) for case in cases]}
(here / "answers.json").write_text(json.dumps(answers, indent=1, ensure_ascii=False) + "\n")
