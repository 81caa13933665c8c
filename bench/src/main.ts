import { writeFile } from "node:fs/promises";
import { createDatabase, startPostgres } from "@ostinato/testing/postgres";
import { flatnessOf, printFlatness } from "./flatness.ts";
import type { Group } from "./group.ts";
import { options, printHelp } from "./options.ts";
import { onDbos, onDbosQueue } from "./peers/dbos.ts";
import { onGraphileWorker } from "./peers/graphile-worker.ts";
import { onPrefect } from "./peers/prefect.ts";
import { findPrefect } from "./peers/prefect-install.ts";
import { report } from "./report.ts";
import { type Effort, type Measurement, messageOf, type Outcome } from "./row.ts";
import { automations } from "./rows/automations.ts";
import { background } from "./rows/background.ts";
import { blocks } from "./rows/blocks.ts";
import { buckets } from "./rows/buckets.ts";
import { deployments } from "./rows/deployments.ts";
import { eventPage } from "./rows/event-page.ts";
import { events } from "./rows/events.ts";
import { flows } from "./rows/flows.ts";
import { history } from "./rows/history.ts";
import { limits } from "./rows/limits.ts";
import { live } from "./rows/live.ts";
import { processes } from "./rows/process.ts";
import { requests } from "./rows/requests.ts";
import { retention } from "./rows/retention.ts";
import { tables } from "./rows/tables.ts";
import { ui } from "./rows/ui.ts";
import { workers } from "./rows/workers.ts";
import { printRatios, printRow } from "./table.ts";
import { type DatabaseName, startTarget, type Target } from "./target.ts";

/** All measurements. The order affects the memory after the load, which includes the earlier groups. */
const groups: readonly Group[] = [
  limits,
  requests,
  blocks,
  events,
  automations,
  live,
  flows,
  deployments,
  workers,
  background,
  buckets,
  processes,
  history,
  eventPage,
  retention,
  tables,
  ui,
];

const { only, on, quick, peers, how, json, help } = options();
if (help) {
  printHelp(groups);
  process.exit(0);
}

const wants = (row: string) => only === undefined || row.toLowerCase().includes(only.toLowerCase());
const named = groups.filter(({ name }) => name === only);
const chosen = named.length > 0 ? named : groups.filter(({ rows }) => rows.some(wants));
if (chosen.length === 0) {
  console.error(`No row is named "${only}". There are:\n  ${groups.flatMap(({ rows }) => rows).join("\n  ")}`);
  process.exit(2);
}

const begun = performance.now();
const effort: Effort = { ...(quick ? { runs: 1, scale: 0.05 } : { runs: 5, scale: 1 }), wants };
const outcomes: Outcome[] = [];
const python = peers && !quick ? await findPrefect() : undefined;
for (const database of ["sqlite", "postgresql"] as const) {
  if (on === undefined || on === database) await onDatabase(database);
}

const measurements = outcomes.filter((outcome): outcome is Measurement => !("failure" in outcome));
const flatness = flatnessOf(measurements);
printRatios(measurements);
printFlatness(flatness);
const seconds = (performance.now() - begun) / 1000;
const failed = outcomes.length - measurements.length;
console.log(`\n${measurements.length} rows in ${seconds.toFixed(0)} s${failed === 0 ? "" : `; ${failed} FAILED`}`);
if (json !== undefined) {
  await writeFile(json, `${JSON.stringify(report({ outcomes, measurements, flatness, seconds }), null, 2)}\n`);
}
process.exitCode = failed === 0 ? 0 : 1;

async function onDatabase(database: DatabaseName): Promise<void> {
  const postgres = database === "postgresql" ? await startPostgres() : undefined;
  try {
    await onOurs(database, postgres?.url);
    if (python !== undefined) await onTheirs(python, database, postgres?.url);
  } finally {
    await postgres?.dispose();
  }
}

async function onOurs(database: DatabaseName, databaseUrl: string | undefined): Promise<void> {
  const target = await startTarget({ database, databaseUrl });
  try {
    await measureGroups(chosen, target, effort);
    if (!peers || quick || database !== "postgresql") return;
    const measure = (group: Group, peer: Target) => measureGroups([group], peer, effort);
    if (chosen.includes(flows)) await onDbos(target, measure);
    if (chosen.includes(background)) {
      await onDbosQueue(target, measure);
      await onGraphileWorker(target, measure);
    }
  } finally {
    await target.stop();
  }
}

async function onTheirs(python: string, database: DatabaseName, serverUrl: string | undefined): Promise<void> {
  const databaseUrl = serverUrl === undefined ? undefined : (await createDatabase(serverUrl)).url;
  try {
    await onPrefect({ python, database, databaseUrl }, effort, (target, less) => measureGroups(chosen, target, less));
  } catch (error) {
    keep({ row: "all of Prefect", where: `prefect ${database}`, failure: messageOf(error) });
  }
}

/** A group whose setup fails fails as a whole, and the others go on. */
async function measureGroups(those: readonly Group[], target: Target, given: Effort): Promise<void> {
  for (const group of those) {
    const effort = named.length > 0 ? { ...given, wants: () => true } : given;
    try {
      for await (const outcome of group.measure(target, effort)) if (effort.wants(outcome.row)) keep(outcome);
    } catch (error) {
      keep({ row: `all of ${group.name}`, where: target.name, failure: messageOf(error) });
    }
  }
}

function keep(outcome: Outcome): void {
  outcomes.push(outcome);
  printRow(outcome, { how });
}
