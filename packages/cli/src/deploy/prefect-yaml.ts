import { didYouMean } from "@ostinato/core";
import { fillPlaceholders, placeholdersIn } from "@ostinato/job-templates";
import { type Project, type ProjectEntry, refuseEqualNames } from "@ostinato/sdk/deploy-project";
import { parseDocument } from "yaml";
import { usageError } from "../errors.ts";
import { readYamlLimit, readYamlSchedules } from "./prefect-yaml-parts.ts";
import { readYamlTriggers } from "./prefect-yaml-triggers.ts";
import { asRecord, isAbsent, type YamlRecord } from "./yaml-values.ts";

export interface PrefectYaml extends Project {
  /** What the file says and this command does not do. */
  readonly remarks: readonly string[];
}

export interface PrefectYamlOptions {
  /** The file as the user knows it. */
  readonly shown: string;
  /** What `{{ $NAME }}` stands for. */
  readonly environment: NodeJS.ProcessEnv;
}

const topKeys = ["prefect-version", "name", "build", "push", "pull", "deployments", "definitions"];
const deploymentKeys = [
  "name",
  "version",
  "version_type",
  "tags",
  "description",
  "schedule",
  "schedules",
  "paused",
  "concurrency_limit",
  "flow_name",
  "entrypoint",
  "parameters",
  "enforce_parameter_schema",
  "work_pool",
  "build",
  "push",
  "pull",
  "triggers",
  "sla",
];

/** Reads a `prefect.yaml` as `prefect deploy` does, for flows of TypeScript. Throws a `CliError` that names what is wrong. */
export function readPrefectYaml(text: string, { shown, environment }: PrefectYamlOptions): PrefectYaml {
  const document = parseDocument(text, { merge: true });
  const [mistake] = document.errors;
  if (mistake !== undefined) throw usageError(`${shown} is not YAML: ${mistake.message.split("\n")[0]}`);
  const file = asRecord(shown, document.toJS({ maxAliasCount: 1000 }) ?? {});
  const remarks: string[] = [];
  remarkUnknown(shown, file, topKeys, remarks);
  const { deployments } = file;
  if (!Array.isArray(deployments) || deployments.length === 0) {
    throw usageError(`${shown} has no deployments: give deployments: [{ name: nightly, … }].`);
  }
  const entries = deployments.map((given, index) => {
    const deployment = asRecord(`${shown}: deployments[${index}]`, given);
    if (isAbsent(deployment.name)) throw usageError(`${shown}: deployments[${index}] has no name.`);
    const what = `${shown}: ${String(deployment.name)}`;
    remarkUnknown(what, deployment, deploymentKeys, remarks);
    remarks.push(...undone(what, file, deployment));
    return entryOf(what, { deployment, file, environment });
  });
  refuseEqualNames(shown, entries);
  const name = typeof file.name === "string" ? file.name : undefined;
  return { name, entries, automations: [], remarks: [...new Set(remarks)] };
}

/** Prefect ignores them, and so does this command, but a mistyped name should not go unseen. */
function remarkUnknown(what: string, given: YamlRecord, known: readonly string[], remarks: string[]): void {
  for (const key of Object.keys(given)) {
    const isAnchor = key.startsWith(".") || key.startsWith("x-");
    if (!known.includes(key) && !isAnchor)
      remarks.push(`${what}: "${key}" means nothing here.${didYouMean(key, known)}`);
  }
}

/** What the file says of the deployment that is not done. */
function undone(what: string, file: YamlRecord, deployment: YamlRecord): readonly string[] {
  const steps = (["build", "push"] as const)
    .filter((key) => !isEmpty(stepsOf(deployment, file, key)))
    .map(
      (key) =>
        `${what}: its ${key} steps are not run. Do what they do before this command, and name the image in job_variables.`,
    );
  return isEmpty(deployment.sla) ? steps : [...steps, `${what}: this command does not make its sla.`];
}

function isEmpty(value: unknown): boolean {
  return isAbsent(value) || (typeof value === "object" && Object.keys(value as object).length === 0);
}

/** The steps of the deployment, else those of the whole file. */
function stepsOf(deployment: YamlRecord, file: YamlRecord, key: "build" | "push" | "pull"): unknown {
  return isAbsent(deployment[key]) ? file[key] : deployment[key];
}

interface Entry {
  readonly deployment: YamlRecord;
  readonly file: YamlRecord;
  readonly environment: NodeJS.ProcessEnv;
}

function entryOf(what: string, { deployment, file, environment }: Entry): ProjectEntry {
  const { pull: _, build: __, push: ___, sla: ____, triggers, ...own } = deployment;
  refuseReferences(what, own);
  const filled = asRecord(what, fillPlaceholders(own, {}, environment));
  const { name, version, description, entrypoint, tags, parameters, paused } = filled;
  const pool = asRecord(`${what}: work_pool`, filled.work_pool ?? {});
  const options = given({
    name: String(name),
    version: asText(version),
    description: asText(description),
    entrypoint: asText(entrypoint),
    tags: typeof tags === "string" ? [tags] : tags,
    parameters: isEmpty(parameters) ? undefined : parameters,
    paused,
    ...readYamlSchedules(what, filled),
    triggers: readYamlTriggers(what, triggers, environment),
    concurrency: readYamlLimit(what, filled.concurrency_limit),
    workPool: asText(pool.name),
    workQueue: asText(pool.work_queue_name),
    jobVariables: isEmpty(pool.job_variables) ? undefined : pool.job_variables,
  });
  const steps = stepsOf(deployment, file, "pull");
  // What is wrong with them is told by the checks of a deployment.
  return {
    options: options as unknown as ProjectEntry["options"],
    ...(isEmpty(steps) ? {} : { pullSteps: (Array.isArray(steps) ? steps : [steps]) as ProjectEntry["pullSteps"] }),
  };
}

function given(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => !isAbsent(value)));
}

/** YAML reads the version `1.10` as a number. */
function asText(value: unknown): unknown {
  return typeof value === "number" ? String(value) : value;
}

/** Pull steps are filled in by each run, blocks and variables of job variables by the worker; the rest now. */
function refuseReferences(what: string, value: unknown): void {
  if (typeof value === "object" && value !== null) {
    for (const [name, part] of Object.entries(value)) if (name !== "job_variables") refuseReferences(what, part);
  }
  if (typeof value !== "string") return;
  const reference = placeholdersIn(value).find(({ kind }) => kind === "block" || kind === "variable");
  if (reference === undefined) return;
  throw usageError(
    `${what} has ${reference.text}, and blocks and variables are filled in only in job variables and pull steps. Use the environment instead: {{ $NAME }}.`,
  );
}
