import { timeOrderedId } from "@ostinato/core";
import { defineConsumer } from "../src/kernel/consumer.ts";
import type { Context } from "../src/kernel/context.ts";
import { type Unit, unit } from "../src/kernel/unit.ts";

/** Leaves follow-ups to the consumers that want `note`. */
export function leave(context: Context, ...refs: readonly string[]): Promise<void> {
  return unit(context, async (unit) => unit.followUp("note", refs));
}

/** Writes down what it is about, and fails where that was written down before. */
export async function writeDown({ tx, context }: Unit, ref: string): Promise<void> {
  const now = context.clock.now();
  const row = { id: timeOrderedId(now), created: now, updated: now, key: ref, value: "1" };
  await tx.insertInto("configuration").values(row).execute();
}

/** What was written down, in its order. */
export async function writtenDown({ db }: Context): Promise<readonly string[]> {
  const rows = await db.read.selectFrom("configuration").select("key").orderBy("id").execute();
  return rows.map(({ key }) => key).filter((key) => !key.startsWith("ostinato."));
}

export const notes = defineConsumer({
  name: "notes",
  wants: { followUps: ["note"] },
  async handle(unit, batch) {
    for (const { ref } of batch) await writeDown(unit, ref);
    return "done";
  },
});
