import { didYouMean } from "@ostinato/core";
import { closeSession } from "@ostinato/sdk";
import {
  type DeploymentPlan,
  type Plan,
  type ProjectEntry,
  type ProjectPlan,
  planProject,
  session,
} from "@ostinato/sdk/deploy-project";
import { withServer } from "../connect.ts";
import { CliError, sentenceOf, usageError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { confirmed } from "../output/confirm.ts";
import { note, sayJson } from "../output/output.ts";
import { describeFile } from "./describe-file.ts";
import { isChange, planJson, sayDone, sayPlans } from "./plan-text.ts";
import { type ProjectFile, readProjectFile } from "./project-file.ts";

export interface DeployCommandOptions {
  readonly all?: boolean;
  readonly config?: string;
  readonly dryRun?: boolean;
  readonly prune?: boolean;
  readonly overwrite?: boolean;
  readonly failOnChanges?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Shows what a deploy changes, and does it. */
export async function deployProject(names: readonly string[], options: DeployCommandOptions): Promise<void> {
  checkOptions(names, options);
  const file = await readProjectFile(options.config);
  const entries = chosenEntries(file, names, options.all === true);
  // Names are those of deployments.
  const automations = names.length === 0 ? file.automations : [];
  for (const remark of file.remarks) note(remark);
  await withServer(async ({ overNetwork }) => {
    if (overNetwork) return;
    throw new CliError('Deploying needs a running server. Start one with "ostinato server start".', {
      exitCode: exitCodes.notRunning,
    });
  });
  try {
    await deployEntries(file, { entries, automations, names }, options);
  } finally {
    await closeSession();
  }
}

interface Chosen {
  readonly automations: ProjectFile["automations"];
  readonly entries: readonly ProjectEntry[];
  readonly names: readonly string[];
}

async function deployEntries(
  file: ProjectFile,
  { names, ...chosen }: Chosen,
  options: DeployCommandOptions,
): Promise<void> {
  const { dryRun = false, json = false, prune = false } = options;
  // Entrypoints start from the folder of the config, wherever the command is started.
  process.chdir(file.folder);
  const planned = await planProject(await session(), chosen, {
    project: file.name,
    base: file.folder,
    overwrite: options.overwrite === true,
    prune,
    describe: describeFile,
  });
  const plan = { ...planned, plans: namedPlans(planned.plans, names) };
  refuseProblems(plan, file.shown);
  const plans: readonly Plan[] = [...plan.plans, ...plan.automations];
  const changes = plans.filter(isChange);
  if (!json) sayPlans(plans);
  const isDone = !dryRun && (changes.length === 0 || (await isAllowed(changes, options)));
  if (isDone) await applyAll(plans);
  if (json) {
    const shown = { deployments: plan.plans.map(planJson), automations: plan.automations.map(planJson) };
    sayJson({ applied: isDone, ...shown, warnings: plan.warnings });
  } else {
    if (isDone) sayDone(changes);
    else if (changes.length > 0) note("Nothing was changed.");
    for (const warning of plan.warnings) note(`Warning: ${warning}`);
  }
  if (dryRun && options.failOnChanges && changes.length > 0) process.exitCode = exitCodes.failed;
}

function checkOptions(names: readonly string[], { all, prune, failOnChanges, dryRun }: DeployCommandOptions): void {
  if (all && names.length > 0) throw usageError("Give names, or --all, and not both.");
  if (prune && !all) throw usageError("--prune deletes what the config does not have, so it needs --all.");
  if (failOnChanges && !dryRun) throw usageError("--fail-on-changes goes with --dry-run.");
}

function chosenEntries(
  { shown, entries }: ProjectFile,
  names: readonly string[],
  all: boolean,
): readonly ProjectEntry[] {
  const known = [...new Set(entries.map(({ options }) => options.name))];
  if (all || (names.length === 0 && entries.length <= 1)) return entries;
  if (names.length === 0) {
    throw usageError(
      `${shown} has ${entries.length} deployments: ${known.join(", ")}. Name those that you mean, or give --all.`,
    );
  }
  for (const name of names.map(ownName)) {
    if (known.includes(name)) continue;
    throw usageError(
      `${shown} has no deployment "${name}".${didYouMean(name, known) || ` It has: ${known.join(", ")}.`}`,
    );
  }
  return entries.filter(({ options }) => names.map(ownName).includes(options.name));
}

/** The name without that of its flow. */
function ownName(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

/** The plans that are meant where a name has its flow: which flow it is turns out when its file is loaded. */
function namedPlans(plans: readonly DeploymentPlan[], names: readonly string[]): readonly DeploymentPlan[] {
  if (names.length === 0) return plans;
  const chosen = plans.filter(({ name }) => names.includes(name) || names.includes(ownName(name)));
  const missing = names.find((name) => !plans.some((plan) => plan.name === name || ownName(plan.name) === name));
  if (missing === undefined || plans.length === 0) return chosen;
  throw usageError(
    `There is no deployment "${missing}". The config makes: ${plans.map(({ name }) => name).join(", ")}.`,
  );
}

function refuseProblems({ problems }: ProjectPlan, shown: string): void {
  if (problems.length === 0) return;
  for (const problem of problems) note(`Error: ${problem}`);
  const what = problems.length === 1 ? "A part" : `${problems.length} parts`;
  throw usageError(`${what} of ${shown} can't be made, so nothing was changed.`);
}

/** In a terminal a person is asked. Elsewhere the command is enough, unless deployments go. */
async function isAllowed(changes: readonly Plan[], { yes }: DeployCommandOptions): Promise<boolean> {
  const deleted = changes.filter(({ action }) => action === "delete");
  const isAsked = process.stdin.isTTY && process.stdout.isTTY;
  if (deleted.length === 0 && !isAsked) return true;
  const question =
    deleted.length === 0
      ? "Go ahead?"
      : `${deleted.map(({ name }) => name).join(", ")} will be deleted, deployments with their schedules and the runs that have not begun. Go ahead?`;
  return await confirmed(question, yes);
}

/** Each by itself: what was done before one fails stays done, and is said. */
async function applyAll(plans: readonly Plan[]): Promise<void> {
  const done: string[] = [];
  for (const { name, apply } of plans) {
    try {
      await apply();
      done.push(name);
    } catch (error) {
      const before = done.length === 0 ? "Nothing was changed before." : `Done before: ${done.join(", ")}.`;
      throw new CliError(`${name} could not be made: ${sentenceOf(error)} ${before}`, { cause: error });
    }
  }
}
