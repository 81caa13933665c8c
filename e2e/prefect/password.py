"""An ordinary Prefect program for a server that asks for a password, which PREFECT_API_AUTH_STRING says.

Uses everything that carries it: calls, and the websockets for events told, events heard and log lines heard. Prints one JSON
object for the test.
"""

import asyncio
import json
from datetime import datetime, timezone
from uuid import UUID

from prefect import flow, get_run_logger, task
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import LogCreate
from prefect.client.schemas.filters import LogFilter, LogFilterFlowRunId
from prefect.context import get_run_context
from prefect.events import emit_event
from prefect.events.clients import get_events_subscriber
from prefect.events.filters import EventFilter, EventNameFilter
from prefect.logging.clients import get_logs_subscriber


@task
def add(left: int, right: int) -> int:
    return left + right


@flow
def known() -> str:
    get_run_logger().info("hello from a known program")
    assert add(1, 2) == 3
    emit_event(event="password.told", resource={"prefect.resource.id": "password.test"})
    return str(get_run_context().flow_run.id)


async def hear_event() -> str:
    wanted = EventFilter(event=EventNameFilter(name=["password.told"]))
    async with get_events_subscriber(filter=wanted) as events:
        async for event in events:
            return event.event
    return "nothing"


async def hear_log(flow_run_id: UUID) -> str:
    wanted = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[flow_run_id]))
    async with get_logs_subscriber(filter=wanted) as logs, get_client() as client:
        line = LogCreate(
            name="test", level=20, message="heard", timestamp=datetime.now(timezone.utc), flow_run_id=flow_run_id
        )
        await client.create_logs([line])
        async for log in logs:
            return log.message
    return "nothing"


async def main(flow_run_id: str) -> None:
    print(
        json.dumps(
            {
                "id": flow_run_id,
                "event": await asyncio.wait_for(hear_event(), 60),
                "log": await asyncio.wait_for(hear_log(UUID(flow_run_id)), 60),
            }
        )
    )


if __name__ == "__main__":
    asyncio.run(main(known()))
