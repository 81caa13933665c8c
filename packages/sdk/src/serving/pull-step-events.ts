import { formatTimestamp, timeOrderedId } from "@ostinato/core";
import type { FlowRun } from "@ostinato/protocol";
import { redactInside } from "../secrets/redaction.ts";
import type { Session } from "../session/session.ts";
import type { EndedStep } from "../sources/pull-steps.ts";

/** Tells of the pull steps of a run by Prefect's events. */
export function pullStepEvents({ events, clock }: Session, run: FlowRun): (step: EndedStep) => void {
  const related =
    run.deployment_id === null
      ? []
      : [
          {
            "prefect.resource.id": `prefect.deployment.${run.deployment_id}`,
            "prefect.resource.role": "deployment",
          },
        ];
  return ({ index, name, shortName, inputs, hasFailed }) => {
    const now = clock.now();
    events.send({
      id: timeOrderedId(now),
      occurred: formatTimestamp(now),
      event: `prefect.flow-run.pull-step.${hasFailed ? "failed" : "executed"}`,
      resource: { "prefect.resource.id": `prefect.flow-run.${run.id}`, "prefect.resource.name": run.name },
      related,
      payload: redactInside({
        index,
        qualified_name: name,
        step_name: shortName,
        id: typeof inputs.id === "string" ? inputs.id : null,
        inputs,
      }),
    });
  };
}
