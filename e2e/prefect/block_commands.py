"""Keeps blocks and variables by Prefect's command line and client, as people do.

Knows nothing of Ostinato. Prints one JSON object of what it was told, for the test that compares it; run against Prefect's own server it
prints what the test expects.
"""

import json

from asking import plain, prefect
from prefect import flow, get_client
from prefect.blocks.system import Secret
from prefect.client.schemas.actions import DeploymentCreate
from prefect.utilities.asyncutils import run_coro_as_sync
from prefect.variables import Variable


@flow
def templated(size: int = 1, name: str = ""):
    pass


def told(*words: str) -> list:
    """The exit code of a command, then the lines that it printed."""
    code, output = prefect(*words)
    return [code, *plain(output)]


def shown(*words: str) -> str:
    return " ".join(str(line) for line in told(*words))


def blocks() -> dict:
    Secret(value="hush").save("mine", overwrite=True)
    types = shown("block", "type", "ls")
    return {
        "types": [slug in types for slug in ("secret", "webhook", "local-file-system", "slack-webhook")],
        "type inspect": "secret" in shown("block", "type", "inspect", "secret").lower(),
        "type inspect of none": told("block", "type", "inspect", "none")[0],
        "delete of a protected type": told("block", "type", "delete", "secret")[0],
        "ls": "secret/mine" in shown("block", "ls"),
        "inspect": "********" in shown("block", "inspect", "secret/mine"),
        "inspect of none": told("block", "inspect", "secret/none")[0],
        "delete": told("block", "delete", "secret/mine"),
        "delete again": told("block", "delete", "secret/mine")[0],
        "register": told("block", "register", "-m", "prefect.blocks.notifications")[0],
    }


def variables() -> dict:
    return {
        "set": told("variable", "set", "color", "blue", "--tag", "ui"),
        "set again": told("variable", "set", "color", "red"),
        "set overwriting": told("variable", "set", "color", '{"r": 1.0}', "--overwrite"),
        "get": told("variable", "get", "color"),
        "get of none": told("variable", "get", "none"),
        "ls": told("variable", "ls"),
        "inspect": "color" in shown("variable", "inspect", "color"),
        "unset": told("variable", "unset", "color"),
        "unset again": told("variable", "unset", "color")[0],
        "by the client": by_the_client(),
    }


def by_the_client() -> list:
    Variable.set("limit", {"depth": [1, None]}, tags=["a"])
    Variable.set("limit", 8, overwrite=True)
    got = [Variable.get("limit"), Variable.get("none", default="fallback"), Variable.unset("limit")]
    return [*got, Variable.unset("limit")]


async def hydrated() -> list:
    async with get_client() as api:
        flow_id = await api.create_flow(templated)
        deployment = await api.create_deployment(flow_id, name="hydrated", parameter_openapi_schema={})
        await Variable.aset("depth", {"value": 7})
        run = await api.create_flow_run_from_deployment(
            deployment,
            parameters={
                "size": {"__prefect_kind": "workspace_variable", "variable_name": "depth"},
                "name": {"__prefect_kind": "json", "value": '"text"'},
            },
        )
        return [run.parameters["size"], run.parameters["name"]]


print(json.dumps({"blocks": blocks(), "variables": variables(), "hydrated": run_coro_as_sync(hydrated())}))
