import { defaultStateName, type StateType, timeOrderedId, toTimestamp } from "@ostinato/core";
import type { EventCreate, Resource, TaskRunEventPayload } from "@ostinato/protocol";
import { cut } from "../failures/failure-parts.ts";

type Payload = TaskRunEventPayload;

const maxName = 200;
const maxMessage = 2000;
const maxProblem = 500;

/**
 * The replacement of an event that the server refuses: the state alone, so that the task run does not stay in its previous state forever.
 * Undefined where the replacement is refused too.
 */
export function insteadOfRefused(warn: (message: string) => void): (error: Error, text: string) => string | undefined {
  // The server repeats its refusal of an event that was sent again after a lost connection.
  const replaced = new Set<string>();
  const bare = new Set<string>();
  return ({ message }, text) => {
    const event = text === "" ? undefined : (JSON.parse(text) as EventCreate);
    if (event !== undefined && replaced.has(event.id)) return undefined;
    const instead = event === undefined || bare.has(event.id) ? undefined : bareEvent(event, message);
    if (event === undefined || instead === undefined) {
      warn(
        `the server refused ${event === undefined ? "an event" : `the event "${cut(event.event, maxName)}"`}: ${message}`,
      );
      return undefined;
    }
    const { name } = (event.payload as Payload).task_run;
    warn(
      `the server refused the details of a state of task run "${cut(name ?? "", maxName)}", which is now sent without them: ${message}`,
    );
    replaced.add(event.id);
    bare.add(instead.id);
    return JSON.stringify(instead);
  };
}

/** The event reduced to its state; undefined where it has none. */
function bareEvent(event: EventCreate, problem: string): EventCreate | undefined {
  const payload = event.payload as Partial<Payload> | undefined;
  if (payload?.validated_state === undefined || payload.task_run === undefined) return undefined;
  const { validated_state: state, task_run: run } = payload;
  const name = stateName(state);
  const message = without(state.message ?? "", problem);
  const { occurred, follows = null } = event;
  return {
    // A new id, because the server may have stored the refused event without its state.
    id: timeOrderedId(toTimestamp(occurred)),
    occurred,
    event: `prefect.task-run.${name}`,
    follows,
    resource: {
      "prefect.resource.id": event.resource["prefect.resource.id"] ?? "",
      "prefect.orchestration": "client",
    },
    related: (event.related ?? []).filter(isFlowRun).map(named),
    payload: {
      validated_state: { type: state.type, name, message },
      task_run: {
        name: cut(run.name ?? "", maxName),
        task_key: run.task_key,
        dynamic_key: run.dynamic_key,
        run_count: run.run_count,
        flow_run_run_count: run.flow_run_run_count,
        expected_start_time: run.expected_start_time,
        start_time: run.start_time,
        end_time: run.end_time,
        total_run_time: run.total_run_time,
      },
    },
  };
}

/** A state name that is too long is left out. */
function stateName({ type, name }: Payload["validated_state"]): string {
  return name !== undefined && name !== null && name.length <= maxName ? name : defaultStateName[type as StateType];
}

function without(message: string, problem: string): string {
  const prefix = message === "" ? "" : `${cut(message, maxMessage)} `;
  return `${prefix}(without inputs, result and details, which the server refused: ${cut(problem, maxProblem)})`;
}

function isFlowRun(resource: Resource): boolean {
  return resource["prefect.resource.role"] === "flow-run";
}

function named(resource: Resource): Resource {
  const { "prefect.resource.id": id = "", "prefect.resource.role": role = "" } = resource;
  return { "prefect.resource.id": id, "prefect.resource.role": role };
}
