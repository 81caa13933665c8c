"""The same flows in Prefect: so many tasks that return their argument. Prints one JSON line with the run's id and seconds."""

import json
import sys
import time

from prefect import flow, task

count, mode = int(sys.argv[1]), sys.argv[2]


@task
def nothing(index: int) -> int:
    return index


@flow
def tasks(count: int) -> None:
    if mode == "sequential":
        for index in range(count):
            nothing(index)
    else:
        nothing.map(range(count)).wait()


@flow
def warm_up() -> None:
    nothing(0)


warm_up()
begun = time.perf_counter()
state = tasks(count, return_state=True)
seconds = time.perf_counter() - begun
print(json.dumps({"id": str(state.state_details.flow_run_id), "seconds": seconds}))
