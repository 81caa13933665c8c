"""An ordinary Prefect program. It knows nothing of Ostinato: PREFECT_API_URL alone says where its runs go.

Prints one JSON object with the ids of its flow runs, for the test that looks at what the server made of them.
"""

import json
import time
from uuid import UUID

from prefect import flow, get_run_logger, tags, task, unmapped
from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterName
from prefect.context import get_run_context
from prefect.events import emit_event

attempts = {"flaky": 0, "flow": 0}


@task
def add(left: int, right: int) -> int:
    return left + right


@task(retries=2, retry_delay_seconds=0)
def flaky() -> str:
    attempts["flaky"] += 1
    if attempts["flaky"] < 3:
        raise ConnectionError(f"attempt {attempts['flaky']} finds no server")
    return "third time lucky"


@task(log_prints=True)
def chatty(name: str) -> None:
    print(f"hello, {name}")
    get_run_logger().warning("a warning for %s", name)


@task(timeout_seconds=0.2)
def slow() -> None:
    time.sleep(5)


@task
def broken() -> None:
    raise ValueError("the wheel came off")


@task(tags=["counted"], task_run_name="double-{number}")
def double(number: int, factor: int) -> int:
    return number * factor


@flow
def child(start: int) -> int:
    return add(start, 1)


@flow(name="parent", flow_run_name="parent of {start}", description="Everything that goes well.")
def parent(start: int) -> int:
    with tags("nightly"):
        total = child(child(start))
    doubled = double.map([1, 2, 3], factor=unmapped(total)).result()
    chatty("world")
    create_markdown_artifact(key="report", markdown=f"# Total\n\n{sum(doubled)}", description="what came out")
    create_table_artifact(key="numbers", table=[{"number": n} for n in doubled])
    create_link_artifact(key="source", link="https://example.org", link_text="source")
    get_run_logger().info("run %s", get_run_context().flow_run.name)
    lucky = flaky.submit()
    return add.submit(sum(doubled), 0, wait_for=[lucky]).result()


@flow
def retried_flow() -> str:
    attempts["flow"] += 1
    if attempts["flow"] == 1:
        raise RuntimeError("the first attempt of the flow fails")
    return "done"


@flow
def failing() -> None:
    broken()


@flow
def timing_out() -> None:
    slow()


@flow(timeout_seconds=0.3)
def slow_flow() -> None:
    for _ in range(50):
        time.sleep(0.05)


@flow
def many(count: int) -> int:
    return sum(add.map(range(count), 1).result())


def state_of(run, *arguments) -> dict:
    state = run(*arguments, return_state=True)
    return {"id": str(state.state_details.flow_run_id), "type": state.type.value, "name": state.name}


def emit_events() -> None:
    """More events that a server can't take than the client holds answers for, and then one that counts."""
    for number in range(40):
        told = {"prefect.resource.id": f"prefect.task-run.number-{number}", "prefect.orchestration": "client"}
        emit_event("prefect.task-run.Running", resource=told)
    emit_event("order.placed", resource={"prefect.resource.id": "shop.order.7"})


def read_back(flow_run_id: str) -> dict:
    """Reads a run through the client, as a program that watches others would."""
    with get_client(sync_client=True) as client:
        flow_run = client.read_flow_run(UUID(flow_run_id))
        task_runs = client.read_task_runs(flow_run_filter=FlowRunFilter(name=FlowRunFilterName(any_=[flow_run.name])))
        return {"name": flow_run.name, "tags": flow_run.tags, "task_runs": len(task_runs)}


if __name__ == "__main__":
    emit_events()
    runs = {
        "parent": state_of(parent, 1),
        "retried_flow": state_of(retried_flow.with_options(retries=1)),
        "failing": state_of(failing),
        "timing_out": state_of(timing_out),
        "slow_flow": state_of(slow_flow),
        "many": state_of(many, 100),
    }
    runs["parent"]["read_back"] = read_back(runs["parent"]["id"])
    print(json.dumps(runs))
