"""The task, in a module of its own, so that whoever delays it and whoever works on it name it alike."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

from prefect import task


@task
def nothing(index: int) -> int:
    return index


def delay_all(count: int) -> float:
    begun = time.perf_counter()
    with ThreadPoolExecutor(16) as pool:
        futures = list(pool.map(nothing.delay, range(count)))
        list(pool.map(lambda future: future.result(timeout=240), futures))
    return time.perf_counter() - begun


def measure(count: int) -> None:
    delay_all(4)
    print(json.dumps({"id": "", "seconds": delay_all(count)}))
