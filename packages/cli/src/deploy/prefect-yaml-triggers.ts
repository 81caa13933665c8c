import { fillPlaceholders } from "@ostinato/job-templates";
import { usageError } from "../errors.ts";
import { asRecord, isAbsent, type YamlRecord } from "./yaml-values.ts";

/**
 * `triggers` of a deployment as options of one. They are in the form of Prefect's deployment triggers: a trigger of the API, with what the run is given
 * beside it. Templates in `parameters` and `job_variables` are filled in when the trigger fires; `{{ $NAME }}` everywhere else, now.
 */
export function readYamlTriggers(what: string, triggers: unknown, environment: NodeJS.ProcessEnv): unknown {
  if (isAbsent(triggers)) return undefined;
  if (!Array.isArray(triggers)) throw usageError(`${what}: triggers is ${JSON.stringify(triggers)}; give a list.`);
  return triggers.map((given, index) => triggerOf(`${what}: triggers[${index}]`, given, environment));
}

function triggerOf(what: string, given: unknown, environment: NodeJS.ProcessEnv): object {
  const { parameters, job_variables, ...rest } = asRecord(what, given);
  const { name, description, enabled, schedule_after, ...trigger } = asRecord(
    what,
    fillPlaceholders(rest, {}, environment),
  );
  const options = { name, description, enabled, parameters, jobVariables: job_variables, after: schedule_after };
  return {
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => !isAbsent(value))),
    when: { trigger: wireTrigger(trigger) },
  };
}

/** Says what Prefect's client adds to a trigger that leaves it out. */
function wireTrigger({ type = "event", ...trigger }: YamlRecord): YamlRecord {
  const { posture = "Reactive", within, triggers } = trigger;
  if (type === "event") return { ...trigger, type, posture };
  const nested = Array.isArray(triggers)
    ? triggers.map((each: unknown) => wireTrigger(asRecord("triggers", each)))
    : triggers;
  return { ...trigger, type, triggers: nested, ...(type === "metric" ? {} : { within: within ?? null }) };
}
