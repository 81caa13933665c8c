"""Serves flows, and does with their deployments what people do: by the command line, by the client, by the API.

Knows nothing of Ostinato. Prints one JSON object of what it found, for the test that compares it; run against Prefect's own server it
prints what the test expects.
"""

import json
import sys
import time
from pathlib import Path
from uuid import UUID

from asking import client, ended, in_state, or_none, prefect, running, runs_where, states_of, until, wait_seconds
from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments import run_deployment
from prefect.exceptions import PrefectHTTPStatusError

flows = Path(__file__).with_name("served_flows.py")


def serving(what: str):
    return running(f"serving-{what}", [sys.executable, str(flows), what], {"PREFECT_RUNNER_POLL_FREQUENCY": "2"})


def deployment(name: str):
    return until(lambda: or_none(client.read_deployment_by_name, name), f"the deployment {name}")


def command(*words: str) -> str:
    code, told = prefect(*words)
    if code != 0:
        raise RuntimeError(f"prefect {' '.join(words)} ended with {code}: {told}")
    return told


def scheduled_runs(deployment_id: UUID):
    return runs_where(deployment_id={"any_": [deployment_id]}, state={"type": {"any_": ["SCHEDULED"]}})


def automatic(deployment_id: UUID, count: int) -> list[str]:
    """The names of the states of the runs that the schedules made, once there are so many."""

    def look():
        runs = [run for run in scheduled_runs(deployment_id) if run.auto_scheduled]
        return runs if len(runs) == count else None

    if count == 0:
        until(lambda: not [run for run in scheduled_runs(deployment_id) if run.auto_scheduled], "no upcoming runs")
        return []
    runs = until(look, f"{count} upcoming runs of {deployment_id}")
    hours = sorted({run.expected_start_time.hour for run in runs})
    return [f"{run.state_name} by {run.created_by.type}" for run in runs] + [f"hours {hours}"]


def registered(name: str) -> dict:
    found = deployment(name)
    return {
        "version": found.version if found.version == "1" else "made of the file",
        "description": found.description,
        "tags": found.tags,
        "parameters": found.parameters,
        "schema": {key: spec.get("type") for key, spec in found.parameter_openapi_schema["properties"].items()},
        "entrypoint": found.entrypoint.split("/")[-1],
        "schedules": [type(each.schedule).__name__ for each in found.schedules],
        "limit": found.global_concurrency_limit.limit if found.global_concurrency_limit else None,
        "strategy": found.concurrency_options.collision_strategy.value if found.concurrency_options else None,
        "paused": found.paused,
        "work_pool": found.work_pool_name,
        "enforced": found.enforce_parameter_schema,
    }


def serve_one() -> dict:
    facts = {}
    with serving("one"):
        facts["registered"] = registered("load/nightly")
        nightly = deployment("load/nightly")
        facts["status"] = until(
            lambda: client.read_deployment(nightly.id).status.value == "READY" and "READY", "a deployment that is polled"
        )
        facts["upcoming"] = automatic(nightly.id, 3)
        facts["by_command"] = by_command(nightly)
        facts["by_api"] = by_api(nightly)
        facts["wrong_parameters"] = wrong_parameters(nightly)
        facts["wrong_file"] = wrong_file(nightly)
        facts["schedules"] = schedules(nightly)
    return facts


def by_command(nightly) -> dict:
    told = command("deployment", "run", "load/nightly", "-p", "rows=5", "--tag", "by-hand", "--watch")
    [run] = runs_where(deployment_id={"any_": [nightly.id]}, state={"type": {"any_": ["COMPLETED"]}})
    return {
        "told": "Created flow run" in told,
        "parameters": run.parameters,
        "tags": sorted(run.tags),
        "states": states_of(run.id),
        "auto_scheduled": run.auto_scheduled,
        "version": run.deployment_version,
        "labels": sorted(run.labels),
    }


def by_api(nightly) -> dict:
    made = client.create_flow_run_from_deployment(nightly.id, name="by-api", idempotency_key="once")
    again = client.create_flow_run_from_deployment(nightly.id, name="by-api", idempotency_key="once")
    run = ended(made.id)
    return {"name": run.name, "same": again.id == made.id, "parameters": run.parameters, "state": run.state_name}


def wrong_parameters(nightly) -> dict:
    try:
        client.create_flow_run_from_deployment(nightly.id, parameters={"rows": "many"})
    except PrefectHTTPStatusError as error:
        detail = error.response.json()["detail"]
        return {"status": error.response.status_code, "begins": detail[:24], "names": "'many'" in detail or "rows" in detail}
    return {"status": 201}


def wrong_file(nightly) -> dict:
    """A person gives a wrong file name, reads why the run failed, and gives the right one."""
    failed = ended(client.create_flow_run_from_deployment(nightly.id, parameters={"source": "trips.csv"}).id)
    passed = ended(client.create_flow_run_from_deployment(nightly.id, parameters={"source": "june.parquet"}).id)
    return {"first": failed.state_name, "why": "There is no file trips.csv" in failed.state.message, "second": passed.state_name}


def schedules(nightly) -> dict:
    facts = {}
    command("deployment", "schedule", "create", "load/nightly", "--interval", "7200", "--timezone", "Europe/Berlin")
    facts["after_create"] = sorted(type(each.schedule).__name__ for each in deployment("load/nightly").schedules)
    cron = next(each for each in deployment("load/nightly").schedules if isinstance(each.schedule, CronSchedule))
    command("deployment", "schedule", "pause", "load/nightly", str(cron.id))
    facts["paused"] = [each.active for each in deployment("load/nightly").schedules if each.id == cron.id]
    facts["listed"] = "2:00:00" in command("deployment", "schedule", "ls", "load/nightly")
    command("deployment", "schedule", "resume", "load/nightly", str(cron.id))
    client.update_deployment_schedule(nightly.id, cron.id, schedule=CronSchedule(cron="30 7 * * *", timezone="UTC"))
    facts["changed"] = [each.schedule.cron for each in deployment("load/nightly").schedules if each.id == cron.id]
    command("deployment", "schedule", "clear", "load/nightly", "--accept-yes")
    facts["after_clear"] = len(deployment("load/nightly").schedules)
    facts["upcoming_after_clear"] = automatic(nightly.id, 0)
    made = client.create_deployment_schedules(nightly.id, [(CronSchedule(cron="0 8 * * *", timezone="UTC"), True)])
    facts["made_again"] = [made[0].schedule.cron, made[0].active]
    facts["upcoming_again"] = automatic(nightly.id, 3)
    client.pause_deployment(nightly.id)
    facts["upcoming_when_paused"] = automatic(nightly.id, 0)
    client.resume_deployment(nightly.id)
    facts["upcoming_when_resumed"] = automatic(nightly.id, 3)
    client.delete_deployment_schedule(nightly.id, made[0].id)
    facts["inspected"] = "nightly" in command("deployment", "inspect", "load/nightly")
    return facts


def serve_several() -> dict:
    facts = {}
    with serving("several"):
        facts["registered"] = {name: registered(name) for name in ("load/hourly", "train/in-turn", "train/alone", "nightly/all")}
        facts["upcoming"] = [len(automatic(deployment(name).id, 3)) for name in ("load/hourly", "nightly/all")]
        facts["cancelled"] = cancelled()
        facts["in_turn"] = in_turn()
        facts["alone"] = alone()
        with serving("one"):
            facts["subflow"] = subflow()
    return facts


def cancelled() -> dict:
    run = client.create_flow_run_from_deployment(deployment("train/in-turn").id, parameters={"seconds": 300})
    in_state(run.id, "Running")
    command("flow-run", "cancel", str(run.id))
    run = ended(run.id)
    return {"state": run.state_name, "type": run.state_type.value, "states": states_of(run.id)[-2:]}


def in_turn() -> dict:
    name = "train/in-turn"
    first = client.create_flow_run_from_deployment(deployment(name).id, parameters={"seconds": 4})
    in_state(first.id, "Pending", "Running")
    second = client.create_flow_run_from_deployment(deployment(name).id)
    in_state(second.id, "AwaitingConcurrencySlot")
    held = deployment(name).global_concurrency_limit.active_slots
    one, other = ended(first.id), ended(second.id)
    free = until(lambda: deployment(name).global_concurrency_limit.active_slots == 0 and "free", "a slot that is free")
    return {
        "held": held,
        "states": [one.state_name, other.state_name],
        "one_after_the_other": one.end_time <= other.start_time,
        "waited": "AwaitingConcurrencySlot" in states_of(second.id),
        "slot": free,
    }


def alone() -> dict:
    name = "train/alone"
    first = client.create_flow_run_from_deployment(deployment(name).id, parameters={"seconds": 4})
    in_state(first.id, "Pending", "Running")
    second = ended(client.create_flow_run_from_deployment(deployment(name).id).id)
    return {"second": second.state_name, "why": second.state.message, "first": ended(first.id).state_name}


def subflow() -> dict:
    parent = run_deployment("nightly/all", parameters={"rows": 4}, poll_interval=0.5, timeout=wait_seconds, as_subflow=False)
    [child] = runs_where(parent_flow_run_id={"any_": [parent.id]})
    return {
        "parent": parent.state_name,
        "child": child.state_name,
        "parameters": child.parameters,
        "child_of_task": child.parent_task_run_id is not None,
    }


def deleted() -> dict:
    name = "load/hourly"
    gone = deployment(name)
    command("deployment", "delete", name)
    found = or_none(client.read_deployment_by_name, name)
    return {"found": found is not None, "upcoming": automatic(gone.id, 0), "listed": name in command("deployment", "ls")}


if __name__ == "__main__":
    began = time.monotonic()
    facts = {"one": serve_one(), "several": serve_several(), "deleted": deleted()}
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)
    print(json.dumps(facts))
