"""Deploys flows to a work pool, and lets Prefect's process worker run them.

Knows nothing of Ostinato. Prints one JSON object of what it found, for the test that compares it; run against Prefect's own server it
prints what the test expects.
"""

import json
import os
from datetime import datetime, timezone
from uuid import UUID

import httpx
from asking import client, ended, in_state, prefect, states_of, until
from deploying import deploy_by_file, line_of_worker, log_of, make_project, prefect_worker, presence, project, start, worker_of
from prefect import flow
from prefect.client.schemas.actions import WorkPoolUpdate
from prefect.client.schemas.objects import StateType
from prefect.runner.storage import GitRepository
from prefect.states import Cancelling


def deployed() -> dict:
    facts = {"created": sum("successfully created" in line for line in deploy_by_file())}
    flow.from_source(str(project), "flows.py:load").deploy("from-folder", work_pool_name="machines", parameters={"rows": 4})
    repository = GitRepository(url=f"file://{project}", branch="main")
    flow.from_source(repository, "flows.py:load").deploy("from-git", work_pool_name="machines", tags=["git"])
    facts["deployments"] = {name: registered(name) for name in ("load/nightly", "train/long", "load/from-folder", "load/from-git")}
    facts["queues"] = sorted(queue.name for queue in client.read_work_queues(work_pool_name="machines"))
    return facts


def registered(name: str) -> dict:
    found = client.read_deployment_by_name(name)
    return {
        "description": found.description,
        "tags": found.tags,
        "parameters": found.parameters,
        "entrypoint": found.entrypoint,
        "path": found.path,
        "pull_steps": json.loads(json.dumps(found.pull_steps).replace(str(project), "PROJECT")),
        "schedules": [[each.schedule.cron, each.schedule.timezone, each.active] for each in found.schedules],
        "work_pool": found.work_pool_name,
        "work_queue": found.work_queue_name,
        "job_variables": found.job_variables,
        "status": found.status.value,
        "labels": sorted(found.labels or {}),
    }


def executed() -> dict:
    """The worker has runs of each deployment at once: some pass, one is cancelled and one dies."""
    passing = {name: start(name, name="passing") for name in ("load/nightly", "load/from-folder", "load/from-git")}
    dying, stopped = start("break-down/dying"), start("train/long", parameters={"seconds": 300})
    in_state(stopped, "Running")
    client.set_flow_run_state(stopped, Cancelling())
    facts = {name.split("/")[1]: passed(run_id) for name, run_id in passing.items()}
    facts["dying"] = end_of(dying)
    facts["stopped"] = end_of(stopped)
    return facts


def end_of(run_id: UUID) -> dict:
    run = ended(run_id)
    return {"states": states_of(run_id), "type": run.state.type.value, "message": run.state.message}


def passed(run_id: UUID) -> dict:
    run = ended(run_id)
    return {
        "states": states_of(run_id),
        "parameters": run.parameters,
        "tags": sorted(run.tags),
        "labels": {key: "ID" if key.endswith(".id") else value for key, value in run.labels.items()},
        "pid": run.infrastructure_pid is not None,
        "work_pool": run.work_pool_name,
        "work_queue": run.work_queue_name,
        "job_variables": run.job_variables,
        "created_by": run.created_by.type if run.created_by else None,
        "log": log_of(run_id, line_of_worker),
    }


def one_at_a_time() -> dict:
    """Three runs are due, and the pool has one slot."""
    client.update_work_pool("machines", WorkPoolUpdate(concurrency_limit=1))
    runs = [ended(run_id) for run_id in [start("train/long", parameters={"seconds": 1}) for _ in range(3)]]
    client.update_work_pool("machines", WorkPoolUpdate(concurrency_limit=None))
    return {"states": sorted(run.state_name for run in runs), "at_once": most_at_once([run.id for run in runs])}


def most_at_once(run_ids: list[UUID]) -> int:
    """How many of these runs had a slot at the same moment, by the times of their states."""
    steps = []
    for run_id in run_ids:
        states = client.read_flow_run_states(run_id)
        steps.append((min(state.timestamp for state in states if state.type == StateType.PENDING), 1))
        steps.append((max(state.timestamp for state in states), -1))
    most = now = 0
    for _, step in sorted(steps):
        now += step
        most = max(most, now)
    return most


def paused() -> dict:
    """A pool that is paused gives its worker nothing, and goes on after that."""
    facts = {"pause": prefect("work-pool", "pause", "machines")[0]}
    run_id = start("train/long")
    before = worker_of("first").last_heartbeat_time
    # By then it has asked for runs twice at least.
    until(lambda: (worker_of("first").last_heartbeat_time - before).total_seconds() > 3, "two signs of the worker")
    facts["state"] = states_of(run_id)
    facts["resume"] = prefect("work-pool", "resume", "machines")[0]
    facts["after that"] = ended(run_id).state_name
    return facts


def told_events() -> dict:
    """The events of the worker from its start to its end, and whom one of them names."""

    def look():
        wanted = {"event": {"prefix": ["prefect.worker."]}, "occurred": {"since": began.isoformat()}, "order": "ASC"}
        answer = httpx.post(f"{os.environ['PREFECT_API_URL']}/events/filter", json={"filter": wanted, "limit": 50})
        events = answer.raise_for_status().json()["events"]
        return events if any(event["event"] == "prefect.worker.stopped" for event in events) else None

    events = until(look, "the event of the worker that stops")
    executed = next(event for event in events if event["event"] == "prefect.worker.executed-flow-run")
    return {
        "names": sorted({event["event"] for event in events}),
        "resource": executed["resource"],
        "roles": sorted(related["prefect.resource.role"] for related in executed["related"]),
    }


if __name__ == "__main__":
    began = datetime.now(timezone.utc)
    make_project()
    facts = {"create": prefect("work-pool", "create", "machines", "--type", "process")[0]}
    facts["deployed"] = deployed()
    with prefect_worker("first"):
        online = presence("first", "ONLINE")
        facts["online"] = {"interval": online.heartbeat_interval_seconds, "pool": client.read_work_pool("machines").status.value}
        facts["executed"] = executed()
        facts["one_at_a_time"] = one_at_a_time()
        facts["paused"] = paused()
    facts["offline"] = presence("first", "OFFLINE").name
    facts["pool_without_it"] = until(lambda: client.read_work_pool("machines").status.value == "NOT_READY" and "NOT_READY", "a pool without a worker")
    facts["events"] = told_events()
    print(json.dumps(facts))
