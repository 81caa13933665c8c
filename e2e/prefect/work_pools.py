"""Keeps work pools and work queues by Prefect's command line, as people do.

Knows nothing of Ostinato. Prints one JSON object of what it was told, for the test that compares it; run against Prefect's own server it
prints what the test expects.
"""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

from asking import client, plain, prefect
from prefect import flow
from prefect.exceptions import PrefectHTTPStatusError
from prefect.states import Scheduled
from prefect.utilities.asyncutils import run_coro_as_sync
from prefect.workers.utilities import get_available_work_pool_types


@flow
def templated():
    pass


def told(*words: str) -> list:
    """The exit code of a command, then the lines that it printed."""
    code, output = prefect(*words)
    return [code, *plain(output)]


def read(*words: str) -> dict:
    """What a command prints as JSON."""
    code, output = prefect(*words, "--output", "json")
    if code != 0:
        raise RuntimeError(f"prefect {' '.join(words)} ended with {code}: {output}")
    return json.loads(output)


def pool(*words: str) -> list:
    return told("work-pool", *words)


def queue(*words: str) -> list:
    return told("work-queue", *words)


def pools() -> dict:
    return {
        "create": pool("create", "etl", "--type", "process"),
        "create again": pool("create", "etl", "--type", "process"),
        "create overwriting": pool("create", "etl", "--type", "process", "--paused", "--overwrite"),
        "create without a type": pool("create", "other"),
        "create of no known type": pool("create", "other", "--type", "other"),
        "create of a reserved name": pool("create", "prefect-etl", "--type", "process"),
        "resume": pool("resume", "etl"),
        "pause": pool("pause", "etl"),
        "set-concurrency-limit": pool("set-concurrency-limit", "etl", "3"),
        "ls": pool("ls"),
        "update": pool("update", "etl", "--description", "Loads trips", "--concurrency-limit", "4"),
        "inspected": without_template(read("work-pool", "inspect", "etl")),
        "slots": pool("slots", "etl"),
        "clear-concurrency-limit": pool("clear-concurrency-limit", "etl"),
        "limit after that": read("work-pool", "inspect", "etl")["concurrency_limit"],
        "inspect of none": pool("inspect", "none"),
        "pause of none": pool("pause", "none"),
        "update of none": pool("update", "none", "--description", "None"),
        "preview of none": pool("preview", "none"),
        "delete of none": pool("delete", "none"),
    }


def without_template(pool: dict) -> dict:
    template = pool.pop("base_job_template")
    volatile = {key: type(pool.pop(key)).__name__ for key in ("id", "created", "updated", "default_queue_id")}
    return {**pool, **volatile, "variables": sorted(template["variables"]["properties"])}


def templates() -> dict:
    """The template of a type, with an image of one's own, becomes that of a pool."""
    file = Path("template.json")
    default = pool("get-default-base-job-template", "--type", "docker", "--file", str(file))
    template = json.loads(file.read_text())
    template["variables"]["properties"]["image"]["default"] = "flows:2"
    file.write_text(json.dumps(template))
    facts = {
        "default": default,
        "of no known type": pool("get-default-base-job-template", "--type", "other"),
        "create": pool("create", "images", "--type", "docker", "--base-job-template", str(file))[:2],
        "image": read("work-pool", "inspect", "images")["base_job_template"]["variables"]["properties"]["image"]["default"],
        "refused": variable_that_does_not_fit(),
        "configuration": template["job_configuration"]["image"],
    }
    template["variables"]["properties"]["image"]["default"] = "flows:3"
    file.write_text(json.dumps(template))
    facts["update"] = pool("update", "images", "--base-job-template", str(file))
    facts["image after that"] = client.read_work_pool("images").base_job_template["variables"]["properties"]["image"]["default"]
    facts["types"] = sorted(run_coro_as_sync(get_available_work_pool_types()))
    return facts


def variable_that_does_not_fit() -> list:
    deployment = client.create_deployment(client.create_flow(templated), "images", work_pool_name="images")
    try:
        client.create_flow_run_from_deployment(deployment, job_variables={"auto_remove": "often"})
    except PrefectHTTPStatusError as error:
        return [error.response.status_code, error.response.json()["detail"]]
    return [201]


def queues() -> dict:
    inside = ("--pool", "etl")
    facts = {
        "create": queue("create", "urgent", *inside, "--priority", "1", "--limit", "2"),
        "create again": queue("create", "urgent", *inside),
        "create in no pool": queue("create", "urgent", "--pool", "none"),
        "ls": queue("ls", *inside),
        "set-concurrency-limit": queue("set-concurrency-limit", "urgent", "5", *inside),
        "pause": queue("pause", "urgent", *inside),
        "ls when paused": queue("ls", *inside),
        "inspected": inspected_queue(),
        "slots": queue("slots", "urgent", *inside),
        "resume": queue("resume", "urgent", *inside),
        "clear-concurrency-limit": queue("clear-concurrency-limit", "urgent", *inside),
        "after that": {key: inspected_queue()[key] for key in ("is_paused", "status", "concurrency_limit")},
        "inspect of none": queue("inspect", "none", *inside),
        "delete of none": queue("delete", "none", *inside),
        "create without a pool": queue("create", "slow"),
        # In the order of their creation, which two of them may share.
        "ls of all": sorted(queue("ls")[3:]),
        "inspect without a pool": read("work-queue", "inspect", "slow")["name"],
        "pause without a pool": queue("pause", "slow"),
    }
    facts["previewed"] = previewed()
    facts["delete"] = queue("delete", "urgent", *inside)
    code, output = prefect("work-queue", "delete", "default", *inside)
    facts["delete of the default"] = [code, "409" in output]
    return facts


def inspected_queue() -> dict:
    found = read("work-queue", "inspect", "urgent", "--pool", "etl")
    return {**found, **{key: type(found[key]).__name__ for key in ("id", "created", "updated", "work_pool_id")}}


def previewed() -> dict:
    """A run of each queue is seen ahead of its time, and after the queue is paused no more."""
    flow_id = client.create_flow(templated)
    for name in ("urgent", "default"):
        deployment = client.create_deployment(flow_id, name, work_pool_name="etl", work_queue_name=name)
        soon = Scheduled(scheduled_time=datetime.now(timezone.utc) + timedelta(minutes=20))
        client.create_flow_run_from_deployment(deployment, name=f"run-of-{name}", state=soon)
    pool("resume", "etl")

    def seen(*words: str) -> list[str]:
        return sorted(run["name"] for run in read(*words))

    facts = {
        "lines": [line for line in queue("preview", "urgent", "--pool", "etl") if "run-of" in str(line)],
        "of the queue": seen("work-queue", "preview", "urgent", "--pool", "etl"),
        "of the pool": seen("work-pool", "preview", "etl"),
        "of no run": queue("preview", "slow"),
    }
    queue("pause", "urgent", "--pool", "etl")
    facts["of the pool when the queue is paused"] = seen("work-pool", "preview", "etl")
    pool("pause", "etl")
    facts["of the paused pool"] = pool("preview", "etl")
    return facts


def deleted() -> dict:
    return {"delete": pool("delete", "etl"), "ls": [line for line in pool("ls") if "etl" in str(line)]}


if __name__ == "__main__":
    print(json.dumps({"pools": pools(), "templates": templates(), "queues": queues(), "deleted": deleted()}))
