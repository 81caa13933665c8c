import type { Automation } from "@ostinato/protocol";
import type { Reader } from "../db/dialect.ts";
import { automationOf } from "./automations.presenter.ts";
import * as queries from "./automations.queries.ts";

/** A number that each change of an automation makes larger. */
export const readVersion: (reader: Reader) => Promise<number> = queries.readVersion;

/** The same, and changes of automations wait until the transaction ends. */
export const holdVersion: (tx: Reader) => Promise<number> = queries.holdVersion;

/** All automations that are switched on. */
export async function readEnabled(reader: Reader): Promise<readonly Automation[]> {
  return (await queries.enabledAutomations(reader)).map(automationOf);
}
