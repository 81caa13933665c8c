"""Has tasks run in the background. Prints what became of them as JSON."""

import json
import os
import subprocess
import sys
import time

import background_jobs
from background_jobs import double, flaky
from prefect import flow
from prefect.client.orchestration import get_client

path = os.path.abspath(background_jobs.__file__)
seconds = 120


def workers_of(client, *keys):
    body = {"task_worker_filter": {"task_keys": list(keys)}} if keys else {}
    return client._client.post("/task_workers/filter", json=body).json()


def served(client, task, is_served):
    """Waits until the task has a worker, or none; Prefect's server sees after a second that one has gone."""
    end = time.monotonic() + seconds
    while bool(workers_of(client, task.task_key)) != is_served:
        if time.monotonic() > end:
            raise TimeoutError(f"{task.name}: served is not {is_served}")
        time.sleep(0.1)


def ended(client, task_run_id):
    """How the run ended. On Prefect's server a run has no state at all for a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        run = client.read_task_run(task_run_id)
        if run.state is not None and run.state.is_final():
            return [run.state.name, run.run_count]
        time.sleep(0.1)
    raise TimeoutError("the run did not end")


@flow
def waits_for_one(number: int) -> int:
    return double.delay(number).result(timeout=seconds)


def main():
    facts = {}
    with get_client(sync_client=True) as client:
        early = double.delay(4)
        run = client.read_task_run(early.task_run_id)
        facts["early"] = [run.state.name, run.state.state_details.deferred, run.flow_run_id]
        worker = subprocess.Popen([sys.executable, path])
        try:
            ask_worker(client, early, worker, facts)
        finally:
            worker.kill()
            worker.wait()
        served(client, double, False)
        by_command = subprocess.Popen([sys.executable, "-m", "prefect", "task", "serve", f"{path}:double"])
        try:
            facts["by command"] = double.delay(21).result(timeout=seconds)
        finally:
            by_command.kill()
            by_command.wait()
    print(json.dumps(facts))


def ask_worker(client, early, worker, facts):
    served(client, double, True)
    facts["early result"] = early.result(timeout=seconds)
    facts["result"] = double.apply_async(kwargs={"number": 5}).result(timeout=seconds)
    facts["many"] = [each.result(timeout=seconds) for each in [double.delay(n) for n in range(30)]]
    facts["in a flow"] = waits_for_one(7)
    retried = flaky.delay(os.getcwd())
    facts["retried"] = retried.result(timeout=seconds)
    facts["retried state"] = ended(client, retried.task_run_id)
    [found] = workers_of(client, flaky.task_key)
    facts["worker"] = [
        found["identifier"].endswith(f"-{worker.pid}"),
        sorted(found["task_keys"]) == sorted([double.task_key, flaky.task_key]),
    ]
    facts["workers of another task"] = workers_of(client, "another-12345678")


if __name__ == "__main__":
    main()
