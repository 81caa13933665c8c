"""Lets a worker of Prefect and a worker of Ostinato run the deployments of one pool, which are flows of Python and of TypeScript.

Its PATH leads to Prefect's Python, to Node and to `ostinato`, as on a machine that has both. Prints one JSON object of what it found.
"""

import json
import os
import subprocess
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from asking import client, ended, prefect, running, states_of, until
from deploying import deploy_by_file, line_of_worker, log_of, make_project, presence, prefect_worker, project, start
from prefect.client.schemas.objects import StateType

flows = Path(__file__).with_name("deployed") / "flows.ts"
runs_of_each_language = 6


def ostinato_worker(name: str):
    words = ["worker", "start", "--pool", "machines", "--name", name, "--limit", "2"]
    return running(name, ["ostinato", *words], {"PROJECT_FOLDER": str(project)})


@contextmanager
def at_work(worker, name: str):
    with worker:
        presence(name, "ONLINE")
        yield


def passed(run_id: UUID, *awaited: str) -> dict:
    run = ended(run_id)
    return {
        "states": states_of(run_id),
        "message": run.state.message,
        "parameters": run.parameters,
        "worker": {key: value for key, value in run.labels.items() if key.startswith("prefect.worker.")},
        "pid": run.infrastructure_pid is not None,
        "log": [line.replace(str(flows.parent), "FOLDER") for line in log_of(run_id, *awaited)],
    }


def shared() -> dict:
    """Both workers have all the runs that they take at once; then these may end, and the others come."""
    signal = Path("go").absolute()
    parameters = {"until": str(signal)}
    names = ["wait-for/python", "hold/typescript"] * runs_of_each_language
    run_ids = [start(name, parameters=parameters) for name in names]

    def workers() -> Counter:
        begun = [run for run in map(client.read_flow_run, run_ids) if run.state.type == StateType.RUNNING]
        return Counter(run.labels.get("prefect.worker.name") for run in begun)

    at_once = until(lambda: (found := workers()) == {"of-prefect": 2, "of-ostinato": 2} and found, "two runs at each worker")
    signal.touch()
    runs = [ended(run_id) for run_id in run_ids]
    began = [sum(state.type == StateType.RUNNING for state in client.read_flow_run_states(run.id)) for run in runs]
    return {
        "at_once": at_once,
        "ended": Counter(run.state_name for run in runs),
        "began_once": began == [1] * len(runs),
        "counted_once": [run.run_count for run in runs] == [1] * len(runs),
        "workers": sorted({run.labels["prefect.worker.name"] for run in runs}),
    }


if __name__ == "__main__":
    make_project()
    facts = {"create": prefect("work-pool", "create", "machines", "--type", "process")[0]}
    deploy_by_file()
    subprocess.run(["node", str(flows)], cwd=flows.parent, check=True, stdout=subprocess.DEVNULL)
    with at_work(ostinato_worker("of-ostinato"), "of-ostinato"):
        python, typescript = start("load/nightly", name="python"), start("count/typescript", name="typescript")
        facts["by_ostinato"] = {"python": passed(python), "typescript": passed(typescript)}
        with at_work(prefect_worker("of-prefect", "--limit", "2"), "of-prefect"):
            facts["shared"] = shared()
    with at_work(prefect_worker("of-prefect"), "of-prefect"):
        facts["by_prefect"] = {"typescript": passed(start("count/typescript", name="typescript"), line_of_worker)}
    print(json.dumps(facts))
