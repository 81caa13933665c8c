"""Tasks that task workers run. As a program it serves them."""

import os

from prefect import task
from prefect.task_worker import serve


@task
def double(number: int) -> int:
    return 2 * number


@task(retries=1)
def flaky(folder: str) -> str:
    marker = os.path.join(folder, "tried")
    if os.path.exists(marker):
        return "second attempt"
    with open(marker, "w"):
        pass
    raise ValueError("the first attempt fails")


if __name__ == "__main__":
    serve(double, flaky)
