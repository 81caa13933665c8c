"""Flows that a team deploys: an ordinary Prefect program."""

import os
import signal
import time

from prefect import flow, task


@task
def read(rows: int) -> list[int]:
    return list(range(rows))


@flow(log_prints=True)
def load(rows: int = 1) -> int:
    print(f"loads {len(read(rows))} rows by {os.environ.get('LOADER', 'default')}")
    return rows


@flow
def train(seconds: float = 0) -> str:
    for _ in range(int(seconds * 10)):
        time.sleep(0.1)
    return "trained"


@flow
def break_down():
    """Ends as a process ends that has no memory left."""
    os.kill(os.getpid(), signal.SIGKILL)


@flow
def wait_for(until: str):
    """Holds its place at its worker until there is a file."""
    while not os.path.exists(until):
        time.sleep(0.1)
