"""Concurrency limits of Prefect's client and command line, unmodified. Prints what it finds as JSON on its last line."""

import json
import re
import threading
import time

from asking import client, plain, prefect, until
from httpx import HTTPStatusError

from prefect import flow, task
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.concurrency.sync import concurrency, rate_limit

# One that is left behind by a failure ends by itself.
patience = 120


def global_limit(name: str):
    return client.read_global_concurrency_limit_by_name(name)


def raised(action) -> list[str]:
    """The class of what it raises, and its message without what differs each time."""
    try:
        action()
        return ["nothing"]
    except Exception as error:
        return [type(error).__name__, re.sub(r"\d+\.\d+", "…", str(error).splitlines()[0])]


def hold(*names: str, **options):
    def holding():
        with concurrency(list(names), **options):
            return None

    return holding


def commands() -> dict:
    codes = [
        prefect("gcl", "create", "database", "--limit", "1")[0],
        prefect("gcl", "create", "database", "--limit", "1")[0],
        prefect("gcl", "create", "api", "--limit", "5", "--slot-decay-per-second", "2")[0],
        prefect("gcl", "update", "database", "--limit", "3")[0],
        prefect("gcl", "disable", "database")[0],
        prefect("gcl", "enable", "database")[0],
        prefect("gcl", "inspect", "nowhere")[0],
    ]
    inspected = json.loads(prefect("gcl", "inspect", "database", "--output", "json")[1])
    listed = " ".join(plain(prefect("gcl", "ls")[1]))
    prefect("gcl", "update", "database", "--limit", "1")
    return {
        "codes": codes,
        "inspected": [inspected[field] for field in ("name", "limit", "active", "active_slots", "slot_decay_per_second")],
        "listed": ["database" in listed, "api" in listed],
    }


def slots() -> dict:
    taken = []
    with concurrency("database"):
        taken.append(global_limit("database").active_slots)
        busy = raised(hold("database", timeout_seconds=1))
    taken.append(global_limit("database").active_slots)

    order: list[str] = []
    free = threading.Event()

    def first():
        with concurrency("database"):
            order.append("first takes it")
            free.wait(patience)
            order.append("first gives it back")

    def second():
        with concurrency("database", timeout_seconds=patience):
            order.append("second takes it")

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    until(lambda: order, "the first holder")
    threads[1].start()
    time.sleep(1)
    free.set()
    for thread in threads:
        thread.join(patience)

    return {
        "taken": taken,
        "busy": busy,
        "in turn": order,
        "too many": raised(hold("database", occupy=2, timeout_seconds=1)),
        "unknown": raised(hold("nowhere")),
        "unknown, strict": raised(hold("nowhere", strict=True)),
        "rate": raised(lambda: rate_limit("api")),
        "not a rate": raised(lambda: rate_limit("database", timeout_seconds=1)),
    }


def leases() -> dict:
    answer = client.increment_concurrency_slots_with_lease(
        names=["database"], slots=1, mode="concurrency", lease_duration=60
    ).json()
    lease_id = answer["lease_id"]
    held = global_limit("database").active_slots
    client.renew_concurrency_lease(lease_id=lease_id, lease_duration=60)
    try:
        client.increment_concurrency_slots(names=["database"], slots=1, mode="concurrency")
        refused = [200, False]
    except HTTPStatusError as error:
        refused = [error.response.status_code, float(error.response.headers["Retry-After"]) > 0]
    client.release_concurrency_slots_with_lease(lease_id=lease_id)
    try:
        client.renew_concurrency_lease(lease_id=lease_id, lease_duration=60)
        renewed = 200
    except HTTPStatusError as error:
        renewed = error.response.status_code
    client.update_global_concurrency_limit("database", GlobalConcurrencyLimitUpdate(active_slots=0))
    return {
        "answer": [limit["name"] for limit in answer["limits"]],
        "held": held,
        "refused": refused,
        "renewed after the end": renewed,
        "after the end": global_limit("database").active_slots,
    }


def tags() -> dict:
    client.create_concurrency_limit(tag="gpu", concurrency_limit=1)
    at_once: list[int] = []
    now: set[int] = set()

    @task(tags=["gpu"])
    def train(index: int):
        now.add(index)
        at_once.append(len(now))
        time.sleep(0.5)
        now.discard(index)

    @flow
    def trains():
        for future in train.map(list(range(3))):
            future.result()

    trains()
    limit = client.read_concurrency_limit_by_tag("gpu")
    client.reset_concurrency_limit_by_tag("gpu")
    client.delete_concurrency_limit_by_tag("gpu")
    return {
        "at once": at_once,
        "limit": [limit.tag, limit.concurrency_limit, limit.active_slots],
        "left": [limit.tag for limit in client.read_concurrency_limits(limit=10, offset=0)],
    }


if __name__ == "__main__":
    facts = {"commands": commands(), "slots": slots(), "leases": leases(), "tags": tags()}
    facts["deleted"] = [prefect("gcl", "delete", name)[0] for name in ("database", "api")]
    print(json.dumps(facts))
