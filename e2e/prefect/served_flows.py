"""Flows that a team serves: an ordinary Prefect program. PREFECT_API_URL alone says where they are registered."""

import sys
import time

from prefect import flow, serve, task
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments import run_deployment


@task
def read(rows: int) -> list[int]:
    return list(range(rows))


@flow
def load(rows: int = 1, source: str = "trips.parquet") -> int:
    if not source.endswith(".parquet"):
        raise FileNotFoundError(f"There is no file {source}")
    return len(read(rows))


@flow
def train(seconds: float = 0) -> str:
    for _ in range(int(seconds * 10)):
        time.sleep(0.1)
    return "trained"


@flow
def nightly(rows: int = 2) -> str:
    """Runs another deployment, as a subflow."""
    loaded = run_deployment("load/nightly", parameters={"rows": rows}, poll_interval=0.5, timeout=60)
    return loaded.state_name


if __name__ == "__main__":
    if sys.argv[1] == "one":
        load.serve(
            name="nightly",
            cron="0 6 * * *",
            parameters={"rows": 3},
            tags=["etl"],
            description="Loads the trips of a month.",
            version="1",
        )
    else:
        one_at_a_time = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.ENQUEUE)
        one_or_none = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
        serve(
            load.to_deployment("hourly", interval=3600),
            train.to_deployment("in-turn", concurrency_limit=one_at_a_time),
            train.to_deployment("alone", concurrency_limit=one_or_none),
            nightly.to_deployment("all", rrule="FREQ=WEEKLY;BYDAY=MO"),
        )
