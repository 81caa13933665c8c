import type { VariableUses } from "@ostinato/protocol";
import type { Database } from "../../db/dialect.ts";
import * as queries from "./uses.queries.ts";

/** How texts refer to a block or a variable. */
export interface Reference {
  /** What such a text contains. */
  readonly words: readonly string[];
  /** Whether a text that contains a word refers to it. */
  readonly isIn: (text: string) => boolean;
  /** How templates of automations refer to it besides. */
  readonly inTemplates?: Pick<Reference, "words" | "isIn">;
  /** A block that deployments may have as their storage or infrastructure. */
  readonly documentId?: string;
}

/** Deployments, work pools and automations that refer to it. */
export async function usesOf(db: Database, reference: Reference): Promise<VariableUses> {
  const { words, isIn, inTemplates, documentId = null } = reference;
  const [deployments, schedules, pools, automations] = await Promise.all([
    queries.deploymentsMentioning(db, words, documentId),
    queries.schedulesMentioning(db, words),
    queries.poolsMentioning(db, words),
    queries.automationsMentioning(db, [...words, ...(inTemplates?.words ?? [])]),
  ]);
  const refers = (texts: readonly (string | null)[]) => texts.some((text) => text !== null && isIn(text));
  const found = [...deployments, ...schedules]
    .filter(({ id: _, name: __, flow_name: ___, ...texts }) => refers(Object.values(texts)))
    .map(({ id, name, flow_name }) => ({ id, name, flow_name }));
  return {
    deployments: [...new Map(found.map((deployment) => [deployment.id, deployment])).values()],
    work_pools: pools
      .filter(({ base_job_template: template }) => refers([template]))
      .map(({ id, name }) => ({ id, name })),
    automations: automations
      .filter(({ id: _, name: __, ...lists }) => {
        const texts = Object.values(lists);
        return refers(texts) || texts.some((text) => inTemplates?.isIn(text) === true);
      })
      .map(({ id, name }) => ({ id, name })),
  };
}

/** Whether a text has the word, and not as the beginning of a longer name. */
export function hasWord(text: string, word: string): boolean {
  return new RegExp(`${word.replaceAll(".", "\\.")}(?![a-z0-9_-])`).test(text);
}
