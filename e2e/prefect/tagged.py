"""Runs tasks with a tag. Prints the id of the flow run."""

import time

from prefect import flow, task
from prefect.runtime import flow_run


@task(tags=["gpu"])
def train(index: int) -> int:
    time.sleep(0.2)
    return index


@flow(name="trains in Python")
def trains() -> str:
    futures = train.map([1, 2, 3])
    futures.result()
    return flow_run.id


if __name__ == "__main__":
    print(trains())
