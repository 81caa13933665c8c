"""Makes automations, as people do in Python and by the command line, and waits for what they do.

Knows nothing of Ostinato. Prints one JSON object of what it found, for the test that compares it; run against Prefect's own server it
prints what the test expects.
"""

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from uuid import UUID, uuid4

from asking import client, or_none, plain, prefect, running, runs_where, until
from prefect import flow
from prefect.automations import Automation
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.blocks.webhook import Webhook
from prefect.deployments.runner import RunnerDeployment
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectNotFound
from prefect.events import emit_event
from prefect.events.actions import (
    CallWebhook,
    CancelFlowRun,
    ChangeFlowRunState,
    DeleteFlowRun,
    DoNothing,
    PauseAutomation,
    PauseDeployment,
    PauseWorkPool,
    PauseWorkQueue,
    ResumeAutomation,
    ResumeDeployment,
    ResumeFlowRun,
    ResumeWorkPool,
    ResumeWorkQueue,
    RunDeployment,
    SendNotification,
    SuspendFlowRun,
)
from prefect.events.clients import get_events_subscriber
from prefect.events.filters import EventFilter, EventNameFilter
from prefect.events.schemas.automations import (
    CompoundTrigger,
    EventTrigger,
    MetricTrigger,
    MetricTriggerQuery,
    Posture,
    SequenceTrigger,
)
from prefect.events.schemas.deployment_triggers import DeploymentCompoundTrigger, DeploymentEventTrigger
from prefect.exceptions import PrefectHTTPStatusError
from prefect.states import Pending, Running

flows = Path(__file__).with_name("served_flows.py")


def command(*words: str) -> list[str]:
    code, told = prefect(*words)
    if code != 0:
        raise RuntimeError(f"prefect {' '.join(words)} ended with {code}: {told}")
    return plain(told)


def deployed(name: str, triggers=()) -> UUID:
    deployment = RunnerDeployment.from_entrypoint(f"{flows}:load", name=name, triggers=list(triggers))
    return deployment.apply()


def runs_of(deployment_id: UUID):
    return runs_where(deployment_id={"any_": [str(deployment_id)]})


def run_of(deployment_id: UUID, what: str):
    return until(lambda: runs_of(deployment_id), f"a run, {what}")[0]


def found_events(event: str, automation_id: UUID) -> list[dict]:
    resource = {"id": [f"prefect.automation.{automation_id}"]}
    body = {"filter": {"event": {"name": [event]}, "resource": resource}, "limit": 10}
    return client._client.post("/events/filter", json=body).json()["events"]


def event_named(event: str, automation_id: UUID):
    return until(lambda: found_events(event, automation_id), f"{event} of {automation_id}")[0]


def is_prefect() -> bool:
    try:
        client._client.get("/ostinato")
        return False
    except PrefectHTTPStatusError:
        return True


at_prefect = is_prefect()


def after(event):
    """Prefect's server counts side by side what does not follow one another."""
    return event if at_prefect else None


def until_known() -> None:
    """Waits until Prefect's server counts events for all automations so far: it hears of them after it has answered, one after the other."""
    if not at_prefect:
        return
    name = f"known.{uuid4()}"
    trigger = EventTrigger(expect={name}, posture=Posture.Reactive)
    last = Automation(name=name, trigger=trigger, actions=[DoNothing()]).create()

    def has_fired() -> bool:
        emit_event(name, resource={"prefect.resource.id": "x"})
        return found_events("prefect.automation.triggered", last.id) != []

    until(has_fired, "the automations known to the server")
    client.delete_automation(last.id)


def reacting() -> dict:
    """An automation that runs a deployment when an event comes, with parameters of templates."""
    target = deployed("reacted")
    made = Automation(
        name="react",
        description="runs what was asked for",
        tags=["mine"],
        trigger=EventTrigger(
            expect={"data.came"},
            match={"prefect.resource.id": "lake.*"},
            posture=Posture.Reactive,
            threshold=2,
            within=timedelta(minutes=5),
        ),
        actions=[RunDeployment(deployment_id=target, parameters={"rows": "{{ event.payload.rows }}"})],
    ).create()
    read = Automation.read(name="react")
    until_known()
    before = emit_event("data.came", resource={"prefect.resource.id": "elsewhere"}, payload={"rows": 1})
    for rows in (5, 7):
        before = emit_event(
            "data.came", resource={"prefect.resource.id": f"lake.{rows}"}, payload={"rows": rows}, follows=after(before)
        )
    run = run_of(target, "of the reaction")
    executed = event_named("prefect.automation.action.executed", made.id)
    fired = event_named("prefect.automation.triggered", made.id)
    return {
        "same": read.id == made.id,
        "trigger": read.trigger.model_dump(mode="json", exclude={"id"}),
        "tags": read.tags,
        "rows": run.parameters["rows"],
        "created_by": run.created_by.type,
        "made_by_it": str(run.created_by.id) == str(made.id),
        "action": {key: executed["payload"][key] for key in ("action_index", "action_type", "status_code")},
        "roles": sorted(each["prefect.resource.role"] for each in executed["related"]),
        "labels": fired["payload"]["triggering_labels"],
        "cause": fired["payload"]["triggering_event"]["payload"],
    }


def missing() -> dict:
    """An automation that acts when what should come does not come."""
    target = deployed("missed")
    label = "{{ labels.prefect.resource.id }}"
    # At Prefect's server a label alone can't be a parameter.
    source = f"of {label}" if at_prefect else label
    Automation(
        name="miss",
        trigger=EventTrigger(
            after={"job.began"},
            expect={"job.ended"},
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            within=timedelta(seconds=10),
        ),
        actions=[RunDeployment(deployment_id=target, parameters={"source": source})],
    ).create()
    until_known()
    emit_event("job.began", resource={"prefect.resource.id": "job.slow"})
    began = emit_event("job.began", resource={"prefect.resource.id": "job.quick"})
    emit_event("job.ended", resource={"prefect.resource.id": "job.quick"}, follows=after(began))
    run = run_of(target, "of what was missed")
    return {"source": run.parameters["source"].removeprefix("of "), "runs": len(runs_of(target))}


def composed() -> dict:
    triggers = [EventTrigger(expect={name}, posture=Posture.Reactive) for name in ("both.a", "both.b")]
    never = [EventTrigger(expect={name}, posture=Posture.Reactive) for name in ("both.c", "both.d")]
    compound = Automation(
        name="both",
        trigger=CompoundTrigger(require="all", within=timedelta(seconds=60), triggers=triggers),
        actions=[DoNothing()],
    ).create()
    two_of_three = Automation(
        name="two of three",
        trigger=CompoundTrigger(
            require=2,
            within=timedelta(seconds=60),
            triggers=[*triggers, CompoundTrigger(require="any", within=timedelta(seconds=60), triggers=never)],
        ),
        actions=[DoNothing()],
    ).create()
    sequence = Automation(
        name="in turn",
        trigger=SequenceTrigger(within=timedelta(seconds=60), triggers=triggers),
        actions=[DoNothing()],
    ).create()
    until_known()
    first = emit_event("both.a", resource={"prefect.resource.id": "x"})
    emit_event("both.b", resource={"prefect.resource.id": "x"}, follows=after(first))
    return {
        each.name: event_named("prefect.automation.action.executed", each.id)["payload"]["action_type"]
        for each in (compound, two_of_three, sequence)
    }


def acting() -> dict:
    """Actions on the flow run of the event, and on other automations and deployments."""

    @flow
    def waits():
        pass

    run = client.create_flow_run(waits, state=Running())
    target = deployed("paused")
    other = Automation(name="other", trigger=EventTrigger(expect={"never"}, posture="Reactive"), actions=[]).create()
    Automation(
        name="act",
        trigger=EventTrigger(expect={"act.now"}, posture=Posture.Reactive),
        actions=[
            CancelFlowRun(),
            PauseDeployment(deployment_id=target),
            PauseAutomation(automation_id=other.id),
        ],
    ).create()
    Automation(
        name="change",
        trigger=EventTrigger(expect={"change.now"}, posture=Posture.Reactive),
        actions=[ChangeFlowRunState(state="CRASHED", name="Lost", message="by an automation", force=True)],
    ).create()
    until_known()
    about = {"prefect.resource.id": f"prefect.flow-run.{run.id}"}
    emit_event("act.now", resource=about)
    state = lambda: client.read_flow_run(run.id).state
    until(lambda: state().type.value in ("CANCELLING", "CANCELLED"), "the cancellation")
    until(lambda: client.read_deployment(target).paused, "the pause of the deployment")
    until(lambda: not Automation.read(id=other.id).enabled, "the pause of the automation")
    emit_event("change.now", resource=about)
    until(lambda: state().name == "Lost", "the change of the state")
    return {"state": f"{state().type.value} {state().message}"}


def automated(name: str, *actions) -> str:
    """An automation that does these actions, and the event that it waits for."""
    expected = f"{name}.now"
    trigger = EventTrigger(expect={expected}, posture=Posture.Reactive)
    Automation(name=name, trigger=trigger, actions=list(actions)).create()
    until_known()
    return expected


def switching() -> dict:
    """Actions that switch off, and on again, what is named."""
    target = deployed("switched")
    pool = client.create_work_pool(WorkPoolCreate(name="switched", type="process"))
    queue = client.create_work_queue(name="side", work_pool_name="switched")
    other = Automation(name="switched", trigger=EventTrigger(expect={"never"}, posture="Reactive"), actions=[]).create()

    def are_off() -> list[bool]:
        return [
            client.read_deployment(target).paused,
            client.read_work_pool("switched").is_paused,
            client.read_work_queue(queue.id).is_paused,
            not Automation.read(id=other.id).enabled,
        ]

    off = automated(
        "off",
        PauseDeployment(deployment_id=target),
        PauseWorkPool(work_pool_id=pool.id),
        PauseWorkQueue(work_queue_id=queue.id),
        PauseAutomation(automation_id=other.id),
    )
    on = automated(
        "on",
        ResumeDeployment(deployment_id=target),
        ResumeWorkPool(work_pool_id=pool.id),
        ResumeWorkQueue(work_queue_id=queue.id),
        ResumeAutomation(automation_id=other.id),
    )
    emit_event(off, resource={"prefect.resource.id": "switch"})
    until(lambda: all(are_off()), "all of them switched off")
    emit_event(on, resource={"prefect.resource.id": "switch"})
    until(lambda: not any(are_off()), "all of them switched on")
    return {"off": are_off()}


def handling_runs() -> dict:
    """Actions that suspend, resume and delete the run of the event."""
    run = client.create_flow_run_from_deployment(deployed("handled"), state=Pending())
    client.set_flow_run_state(run.id, Running())
    about = {"prefect.resource.id": f"prefect.flow-run.{run.id}"}
    state = lambda: client.read_flow_run(run.id).state
    emit_event(automated("suspend", SuspendFlowRun()), resource=about)
    until(lambda: state().is_paused(), "the suspension")
    suspended = state().name
    emit_event(automated("resume", ResumeFlowRun()), resource=about)
    until(lambda: not state().is_paused(), "the resumption")
    resumed = state().name
    emit_event(automated("delete", DeleteFlowRun()), resource=about)

    def is_gone() -> bool:
        try:
            client.read_flow_run(run.id)
        except ObjectNotFound:
            return True
        return False

    until(is_gone, "the deletion of the run")
    return {"suspended": suspended, "resumed": resumed}


@contextlib.contextmanager
def receiver():
    """An HTTP server that keeps what is posted to it, as path, type and text."""
    received = []

    class Keeps(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            received.append([self.path, self.headers["content-type"], body])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keeps)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", received
    finally:
        server.shutdown()


def telling() -> dict:
    """Actions that call a webhook and send a notification, by blocks."""
    with receiver() as (address, received):
        hook = Webhook(url=f"{address}/hook", headers={"x-team": "data"})
        hook.save("hook")
        note = CustomWebhookNotificationBlock(
            name="note", url=f"{address}/note", json_data={"told": "{{subject}}: {{body}}"}
        )
        note.save("note")
        expected = automated(
            "tell",
            CallWebhook(block_document_id=hook._block_document_id, payload='{"n": {{ event.payload.n }}}'),
            SendNotification(
                block_document_id=note._block_document_id,
                subject="{{ event.event }}",
                body="{{ event.payload.n + 1 }} of {{ automation.name }}",
            ),
        )
        emit_event(expected, resource={"prefect.resource.id": "x"}, payload={"n": 4})
        until(lambda: len(received) == 2, "the calls")
        return {path: json.loads(body) for path, _, body in sorted(received)}


def triggers_of_deployments() -> dict:
    """Automations that belong to a deployment."""
    reactive = DeploymentEventTrigger(
        name="on arrival", expect={"own.came"}, parameters={"source": "{{ event.resource.id }}"}
    )
    both = DeploymentCompoundTrigger(
        name="on both",
        require="all",
        within=60,
        triggers=[EventTrigger(expect={"own.a"}, posture="Reactive"), EventTrigger(expect={"own.b"}, posture="Reactive")],
    )
    target = deployed("triggered", [reactive, both])
    owned = lambda: sorted(each.name for each in client.read_resource_related_automations(f"prefect.deployment.{target}"))
    first = owned()
    until_known()
    emit_event("own.came", resource={"prefect.resource.id": "lake.1"})
    run = run_of(target, "of its own trigger")
    deployed("triggered", [reactive])
    return {"first": first, "later": owned(), "source": run.parameters["source"]}


def measuring() -> dict:
    """An automation by a figure of flow runs. Prefect's own server refuses it: it is one of their Cloud."""
    query = MetricTriggerQuery(name="successes", operator="<", threshold=90, range=timedelta(hours=1))
    trigger = MetricTrigger(match={"prefect.resource.id": "prefect.flow-run.*"}, metric=query)
    try:
        made = Automation(name="measure", trigger=trigger, actions=[DoNothing()]).create()
    except PrefectHTTPStatusError as refused:
        return {"refused": refused.response.status_code}
    found = Automation.read(id=made.id).trigger
    return {"kept": [found.posture.value, found.metric.name.value, found.metric.range.total_seconds(), found.metric.threshold]}


def by_command() -> dict:
    Automation(name="by hand", trigger=EventTrigger(expect={"x"}, posture="Reactive"), actions=[DoNothing()]).create()
    listed = command("automation", "ls")
    paused = command("automation", "pause", "by hand")
    off = Automation.read(name="by hand").enabled
    resumed = command("automation", "resume", "by hand")
    inspected = command("automation", "inspect", "by hand", "--json")
    gone = command("automation", "delete", "by hand")
    file = Path(tempfile.mkdtemp()) / "automation.yaml"
    file.write_text(
        "name: from a file\ntrigger:\n  type: event\n  posture: Reactive\n  expect: [y]\nactions:\n  - type: do-nothing\n"
    )
    code, _ = prefect("automation", "create", "--from-file", str(file))
    return {
        "listed": any("by hand" in line for line in listed),
        "paused": [off, bool(paused)],
        "resumed": bool(resumed),
        "inspected": "by hand" in " ".join(inspected),
        "gone": bool(gone) and or_none(client.read_automations_by_name, "by hand") == [],
        "from_file": code == 0 and len(client.read_automations_by_name("from a file")) == 1,
    }


async def told(prefix: str, act) -> list[str]:
    """The events that a subscriber hears of while something is done."""
    criteria = EventFilter(event=EventNameFilter(prefix=[prefix]))
    async with get_events_subscriber(filter=criteria) as subscriber:
        await asyncio.to_thread(act)
        heard = []
        async for event in subscriber:
            heard.append(f"{event.event} {event.resource.id} {event.payload['n']}")
            if len(heard) == 2:
                return heard


def events() -> dict:
    """Events that are emitted by the client and by the command line, heard by a subscriber, and printed by the command."""

    def emit():
        emit_event("told.first", resource={"prefect.resource.id": "here"}, payload={"n": 1})
        command("event", "emit", "told.second", "--resource-id", "there", "--payload", '{"n": 2}')

    heard = asyncio.run(told("told.", emit))

    streaming = subprocess.Popen(
        [sys.executable, "-m", "prefect", "events", "stream", "--format", "text"],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        text=True,
    )
    try:
        # A stream begins with the events of the last minutes.
        line = next(line for line in streaming.stdout if "told.second" in line)
    finally:
        streaming.kill()
        streaming.wait()

    @flow
    def emits():
        emit_event("told.inside", resource={"prefect.resource.id": "inside"})

    emits()
    body = {"filter": {"event": {"name": ["told.inside"]}}, "limit": 1}
    inside = until(lambda: client._client.post("/events/filter", json=body).json()["events"], "the event of the flow")[0]
    return {
        "heard": sorted(heard),
        "streamed": line.split(" ", 1)[1].strip(),
        "roles": sorted(each["prefect.resource.role"] for each in inside["related"]),
    }


def deployed_by_file() -> dict:
    """`prefect deploy` with triggers in prefect.yaml, and `serve()` with triggers."""
    folder = Path(tempfile.mkdtemp())
    shutil.copy(flows, folder / "flows.py")
    client.create_work_pool(WorkPoolCreate(name="triggered", type="process"))
    (folder / "prefect.yaml").write_text(project)
    with contextlib.chdir(folder):
        command("--no-prompt", "deploy", "--all")
    target = client.read_deployment_by_name("load/by-file").id
    owned = client.read_resource_related_automations(f"prefect.deployment.{target}")
    until_known()
    emit_event("file.came", resource={"prefect.resource.id": "lake.2"})
    return {
        "owned": [each.name for each in owned],
        "source": run_of(target, "of the trigger of the file").parameters["source"],
        "served": served_with_trigger(),
    }


project = """
pull: []
deployments:
- name: by-file
  entrypoint: flows.py:load
  work_pool: {name: triggered}
  triggers:
  - type: event
    enabled: true
    name: from the file
    match: {prefect.resource.id: lake.2}
    expect: [file.came]
    parameters: {source: "{{ event.resource.id }}"}
"""


def served_with_trigger() -> str:
    """A program serves a flow, and an event starts a run that it executes."""
    program = (
        "from prefect import flow\n"
        "from prefect.events import DeploymentEventTrigger\n"
        "@flow\n"
        "def served(source: str = ''):\n"
        "    return source\n"
        "if __name__ == '__main__':\n"
        "    trigger = DeploymentEventTrigger(expect={'served.came'}, parameters={'source': '{{ event.resource.id }}'})\n"
        "    served.serve(name='here', triggers=[trigger])\n"
    )
    file = Path(tempfile.mkdtemp()) / "serves.py"
    file.write_text(program)
    with running("serves", [sys.executable, str(file)], {}):
        found = until(lambda: or_none(client.read_deployment_by_name, "served/here"), "the served deployment")
        owned = lambda: client.read_resource_related_automations(f"prefect.deployment.{found.id}")
        until(owned, "the trigger of the served deployment")
        until_known()
        emit_event("served.came", resource={"prefect.resource.id": "lake.3"})
        run = run_of(found.id, "of the served trigger")
        until(lambda: client.read_flow_run(run.id).state.is_completed(), "the end of the served run")
    return run.parameters["source"]


print(
    json.dumps(
        {
            "reacting": reacting(),
            "missing": missing(),
            "composed": composed(),
            "acting": acting(),
            "switching": switching(),
            "handling_runs": handling_runs(),
            "telling": telling(),
            "of_deployments": triggers_of_deployments(),
            "by_command": by_command(),
            "events": events(),
            "deployed_by_file": deployed_by_file(),
            "measuring": measuring(),
        }
    )
)
