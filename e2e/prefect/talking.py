"""Talks to a flow run in TypeScript, and listens to one. Prints its own run's id, and at the end what it heard, as JSON."""

import json
import sys
from uuid import UUID

from prefect import flow, pause_flow_run, resume_flow_run
from prefect.input import RunInput, receive_input, send_input
from prefect.runtime import flow_run


class Approval(RunInput):
    approved: bool


# One that is left behind by a failure ends by itself.
seconds = 240


@flow
def talks(listener: str, asker: str):
    print(flow_run.id, flush=True)
    send_input("from Python", flow_run_id=UUID(listener))
    Approval(approved=True).send_to(flow_run_id=UUID(listener))
    resume_flow_run(UUID(asker), run_input={"approved": False})
    text = receive_input(str, timeout=seconds, poll_interval=0.5).next()
    approval = Approval.receive(timeout=seconds, poll_interval=0.5).next()
    approval.respond(Approval(approved=False))
    answer = pause_flow_run(wait_for_input=Approval, timeout=seconds, poll_interval=1)
    return [text, approval.approved, answer.approved]


if __name__ == "__main__":
    print(json.dumps(talks(*sys.argv[1:])))
