import type { Action, ActionInput } from "@ostinato/protocol";
import { checkTemplate, TemplateSyntaxError } from "@ostinato/templates";
import type { Problem } from "../kernel/errors.ts";
import { problemsOfParameters } from "../user-input/parameter-templates.rules.ts";
import { reportMisspelled } from "./misspelled.rules.ts";
import { type Report, reporter, seconds } from "./triggers.rules.ts";

/** Prefect's own, which its pages show. */
const defaultSubject = "Prefect automated notification";

type ActionList = "actions" | "actions_on_trigger" | "actions_on_resolve";

/** The actions with everything that they leave to their defaults. What is wrong with them is added to the problems. */
export function completeActions(
  given: readonly ActionInput[],
  list: ActionList,
  problems: Problem[],
): readonly Action[] {
  const report = reporter(problems);
  return given.map((action, index) => {
    reportMisspelled(action, [list, index], report);
    return completeAction(action, [list, index], report);
  });
}

type Place = readonly (string | number)[];

function completeAction(given: ActionInput, place: Place, report: Report): Action {
  switch (given.type) {
    case "run-deployment": {
      const { parameters = null, job_variables = null, schedule_after = 0 } = given;
      for (const problem of problemsOfParameters(parameters ?? {}))
        report([...place, "parameters"], problem, parameters);
      const subject = subjectOf(given, "deployment_id", place, report);
      const after = seconds(schedule_after, [...place, "schedule_after"], report);
      return { type: given.type, ...subject, parameters, job_variables, schedule_after: after };
    }
    case "pause-deployment":
    case "resume-deployment":
      return { type: given.type, ...subjectOf(given, "deployment_id", place, report) };
    case "pause-work-pool":
    case "resume-work-pool":
      return { type: given.type, ...subjectOf(given, "work_pool_id", place, report) };
    case "pause-work-queue":
    case "resume-work-queue":
      return { type: given.type, ...subjectOf(given, "work_queue_id", place, report) };
    case "pause-automation":
    case "resume-automation":
      return { type: given.type, ...subjectOf(given, "automation_id", place, report) };
    case "change-flow-run-state": {
      const { name = null, state, message = null, force = false } = given;
      return { type: given.type, name, state, message, force };
    }
    case "call-webhook": {
      const payload = payloadOf(given.payload);
      checkText(payload ?? "", [...place, "payload"], report);
      return { type: given.type, block_document_id: given.block_document_id.toLowerCase(), payload };
    }
    case "send-notification": {
      const { subject = defaultSubject, body } = given;
      checkText(subject, [...place, "subject"], report);
      checkText(body, [...place, "body"], report);
      return { type: given.type, block_document_id: given.block_document_id.toLowerCase(), subject, body };
    }
    case "do-nothing":
    case "cancel-flow-run":
    case "delete-flow-run":
    case "suspend-flow-run":
    case "resume-flow-run":
      return { type: given.type };
    default:
      return given satisfies never;
  }
}

type SubjectField = "deployment_id" | "work_pool_id" | "work_queue_id" | "automation_id";

/** An action has either a subject of its own or the one that its event is about. */
function subjectOf<F extends SubjectField>(
  given: { readonly source?: "selected" | "inferred" } & { readonly [K in F]?: string | null },
  field: F,
  place: Place,
  report: Report,
) {
  const { source = "selected" } = given;
  const id = given[field] ?? null;
  if (source === "selected" && id === null) report(place, `${field} is required`, given);
  if (source === "inferred" && id !== null) report(place, `${field} is not allowed where source is "inferred"`, given);
  return { source, [field]: id?.toLowerCase() ?? null } as { readonly source: typeof source } & {
    readonly [K in F]: string | null;
  };
}

function payloadOf(given: string | Readonly<Record<string, unknown>> | null | undefined): string | null {
  if (given === undefined) return "";
  return typeof given === "object" && given !== null ? JSON.stringify(given, null, 2) : given;
}

function checkText(template: string, place: Place, report: Report): void {
  try {
    checkTemplate(template);
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error;
    const line = error.line > 0 ? `line ${error.line}: ` : "";
    report(place, `'${place.at(-1)}' is not a valid template: ${line}${error.message}`, template);
  }
}
