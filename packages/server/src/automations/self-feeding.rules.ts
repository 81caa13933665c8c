import type { Action, ResourceSpecification, Trigger } from "@ostinato/protocol";

const everyRun = "prefect.flow-run.*";

/** States that each run of a deployment goes through. */
const eventsOfEachRun = new Set([
  "prefect.flow-run.Scheduled",
  "prefect.flow-run.Pending",
  "prefect.flow-run.Running",
  everyRun,
]);

/** Why an automation would start runs without end: each run fires it, and it starts the next. Undefined where it need not. */
export function selfFeedingProblem(trigger: Trigger, actions: readonly Action[]): string | undefined {
  if (trigger.type !== "event" || trigger.posture !== "Reactive") return undefined;
  if (!trigger.expect.some((event) => eventsOfEachRun.has(event))) return undefined;
  const sources = actions.flatMap((action) => (action.type === "run-deployment" ? [action.source] : []));
  if (sources.includes("inferred")) {
    return "an automation that runs the deployment of each of its runs starts runs without end. Select a deployment, and narrow match or match_related down to other runs.";
  }
  const related = Array.isArray(trigger.match_related) ? trigger.match_related : [trigger.match_related];
  const takesAll = takesEveryRun(trigger.match) && related.some(takesEveryRun);
  if (sources.length === 0 || !takesAll) return undefined;
  return "an automation that runs a deployment for every flow run starts runs without end. Narrow match or match_related down to runs of other deployments.";
}

function takesEveryRun(specification: ResourceSpecification): boolean {
  const labels = Object.entries(specification);
  const [only] = labels;
  if (only === undefined) return true;
  if (labels.length > 1 || only[0] !== "prefect.resource.id") return false;
  return [only[1]].flat().includes(everyRun);
}
