import type { Automation } from "@ostinato/protocol";
import type { Reader } from "../db/dialect.ts";
import { automationOf } from "./automations.presenter.ts";
import * as queries from "./automations.queries.ts";

export type LastChange = queries.LastChange;

/** A number that each change of an automation makes larger. */
export const readVersion: (reader: Reader) => Promise<number> = queries.readVersion;

/** The same, and changes of automations wait until the transaction ends. */
export const holdVersion: (tx: Reader) => Promise<number> = queries.holdVersion;

/** Which automations are switched on, and when each has last changed, in microseconds since the epoch: no change leaves it as it was. */
export const readChanges: (reader: Reader) => Promise<readonly LastChange[]> = queries.enabledAutomations;

export interface Enabled {
  readonly automation: Automation;
  /** The version as of which it began to count. */
  readonly countsFrom: number;
}

export async function readMany(reader: Reader, ids: readonly string[]): Promise<readonly Enabled[]> {
  const rows = await queries.findAutomationsBy(reader, ids);
  return rows.map((row) => ({ automation: automationOf(row), countsFrom: row.counts_from ?? 0 }));
}
