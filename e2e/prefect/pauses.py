"""Pauses, suspensions and messages of Prefect's client, unmodified. Prints what it finds as JSON on its last line."""

import json
import os
import sys
import threading
from pathlib import Path
from uuid import UUID

from asking import client, ended, or_none, running, states_of, until

from prefect import flow, pause_flow_run, resume_flow_run, suspend_flow_run, task
from prefect.exceptions import FlowPauseTimeout, PrefectHTTPStatusError
from prefect.input import RunInput, receive_input, send_input
from prefect.runtime import flow_run

notes = Path("notes.txt")
# One that is left behind by a failure ends by itself.
seconds = 240


class Approval(RunInput):
    approved: bool
    rows: int = 3


class Question(RunInput):
    text: str


class Reply(RunInput):
    text: str


ids: dict[str, UUID] = {}
results: dict[str, object] = {}


@flow
def asks():
    ids["asks"] = UUID(flow_run.id)
    form = Approval.with_initial_data(description="Is it **right**?", rows=7)
    answer = pause_flow_run(wait_for_input=form, timeout=seconds, poll_interval=1)
    number = pause_flow_run(wait_for_input=int, timeout=seconds, poll_interval=1)
    pause_flow_run(timeout=seconds, poll_interval=1)
    return [answer.approved, answer.rows, number]


@flow
def forgotten():
    ids["forgotten"] = UUID(flow_run.id)
    try:
        pause_flow_run(timeout=2, poll_interval=1)
    except FlowPauseTimeout as error:
        results["timeout"] = str(error)
        raise


@flow
def echo():
    ids["echo"] = UUID(flow_run.id)
    heard = []
    for text in receive_input(str, timeout=seconds, poll_interval=0.5):
        heard.append(text)
        if len(heard) == 2:
            break
    question = Question.receive(timeout=seconds, poll_interval=0.5).next()
    question.respond(Reply(text=f"you asked {question.text}"))
    return heard


@flow
def talks(to: str):
    send_input("one", flow_run_id=UUID(to))
    send_input("two", flow_run_id=UUID(to))
    Question(text="why").send_to(flow_run_id=UUID(to))
    return Reply.receive(timeout=seconds, poll_interval=0.5).next().text


@task(persist_result=True)
def load() -> int:
    with notes.open("a") as file:
        file.write("loaded\n")
    return 7


@flow(persist_result=True)
def monthly():
    rows = load()
    answer = suspend_flow_run(wait_for_input=Approval, timeout=seconds)
    with notes.open("a") as file:
        file.write(f"went on with {rows}, {answer.approved}, {answer.rows}\n")


def begin(call, *arguments) -> threading.Thread:
    def run():
        try:
            results[call.name] = call(*arguments)
        except Exception as error:
            results[call.name] = type(error).__name__

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def paused(name: str, key: str):
    """The run, once it can be answered: its client stores the schema after the state."""
    run_id = until(lambda: ids.get(name), f"the flow run {name}")

    def look():
        run = client.read_flow_run(run_id)
        details = run.state.state_details
        if not run.state.is_paused() or details.pause_key != key:
            return None
        keys = details.run_input_keyset
        if keys and input_of(run_id, keys["schema"]) is None:
            return None
        return run

    return until(look, f"the pause {key} of the flow run {name}")


def input_of(run_id: UUID, key: str):
    """The value of JSON that a run keeps under the key; None where there is none."""
    try:
        return json.loads(client._client.get(f"/flow_runs/{run_id}/input/{key}").text)
    except PrefectHTTPStatusError as error:
        if error.response.status_code == 404:
            return None
        raise


def answered(run_id: UUID, run_input=None):
    result = client.resume_flow_run(run_id, run_input)
    return [result.status.value, getattr(result.details, "reason", None)]


def pauses():
    thread = begin(asks)
    run = paused("asks", "1")
    keys = run.state.state_details.run_input_keyset
    schema = input_of(run.id, keys["schema"])
    wrong = answered(run.id, {"approved": "perhaps"})
    facts = {
        "keys": keys,
        "description": input_of(run.id, keys["description"]),
        "fields": {name: field.get("default") for name, field in schema["properties"].items()},
        "wrong": [wrong[0], "'perhaps' is not of type 'boolean'" in wrong[1]],
        "right": answered(run.id, {"approved": True}),
        "twice": answered(run.id, {"approved": True}),
    }
    paused("asks", "2")
    facts["number"] = answered(run.id, {"value": 5})
    paused("asks", "3")
    # The function of the client, in place of its method.
    resume_flow_run(run.id)
    thread.join()
    facts["result"] = results["asks"]
    facts["states"] = states_of(run.id)
    return facts


def time_out():
    begin(forgotten).join()
    run = ended(ids["forgotten"])
    return [results["forgotten"], results["timeout"], run.state.name, answered(run.id)[0]]


def messages():
    listening = begin(echo)
    run_id = until(lambda: ids.get("echo"), "the flow run echo")
    talking = begin(talks, str(run_id))
    for thread in (listening, talking):
        thread.join()
    return [results["echo"], results["talks"]]


def suspension():
    environment = {"PREFECT_RUNNER_POLL_FREQUENCY": "1"}
    with running("serving", [sys.executable, __file__, "serve"], environment):
        deployment = until(lambda: or_none(client.read_deployment_by_name, "monthly/asked"), "the deployment")
        run = client.create_flow_run_from_deployment(deployment.id)
        suspended = until(lambda: "Suspended" in states_of(run.id), "the suspension") and client.read_flow_run(run.id)
        keys = suspended.state.state_details.run_input_keyset
        until(lambda: input_of(run.id, keys["schema"]), "the schema")
        resume_flow_run(run.id, run_input={"approved": True})
        last = ended(run.id)
        states = [name for name in states_of(run.id) if name not in ("Pending", "Submitting", "Late")]
        return [states, last.state.name, notes.read_text().splitlines()]


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        os.environ["COLUMNS"] = "200"
        monthly.serve(name="asked")
    else:
        found = {"pauses": pauses(), "time-out": time_out(), "messages": messages(), "suspension": suspension()}
        print(json.dumps(found))
