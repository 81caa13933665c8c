import { readConcurrencyLimit, updateConcurrencyLimit } from "@ostinato/protocol";
import { describe, expect, test } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { TransactionBusy, TransactionFailed, TransactionLockLost, UsageError } from "../errors.ts";
import { flow } from "../flow/flow.ts";
import { currentRun } from "../run/current-run.ts";
import { secret } from "../secrets/secret.ts";
import { task } from "../task/task.ts";
import { transaction } from "./transaction.ts";

const recorder = recordOnOwnServer();

async function holders(key: string): Promise<number> {
  const params = { id_or_name: `transaction:${key}` };
  return (await recorder.client.call(readConcurrencyLimit, { params })).active_slots;
}

describe("a transaction with a key", () => {
  test("is executed once, and gives later ones the value that it returned", async () => {
    let calls = 0;
    const load = () =>
      transaction({ key: "once" }, async () => {
        calls += 1;
        return { rows: new Map([["trips", 3n]]) };
      });
    expect([await load(), await load()]).toEqual(Array(2).fill({ rows: new Map([["trips", 3n]]) }));
    expect(calls).toBe(1);
    expect(await holders("once")).toBe(0);
  });

  test("is executed by one at a time, and by nobody once it is committed", async () => {
    let inside = 0;
    let calls = 0;
    const load = flow({ name: "loads together" }, async () =>
      transaction({ key: "together" }, async () => {
        calls += 1;
        inside += 1;
        expect(inside).toBe(1);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
        // The first one is rolled back, so the next in line executes it.
        if (calls === 1) throw new Error("not yet");
        return calls;
      }),
    );
    const runs = await Promise.all(Array.from({ length: 5 }, () => load().finished()));
    expect(runs.map((run) => (run.type === "COMPLETED" ? run.value : run.error.message)).toSorted()).toEqual([
      2,
      2,
      2,
      2,
      "not yet",
    ]);
    expect(calls).toBe(2);
  });

  test("that is read committed does not wait for others", async () => {
    const held = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const first = transaction({ key: "open" }, async () => {
      begun.resolve();
      await held.promise;
      return 1;
    });
    await begun.promise;
    expect(await transaction({ key: "open", isolation: "readCommitted" }, () => 2)).toBe(2);
    held.resolve();
    expect(await first).toBe(1);
  });

  test("that waits too long says for which key, and is not executed", async () => {
    const held = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const first = transaction({ key: "busy" }, async () => {
      begun.resolve();
      await held.promise;
    });
    await begun.promise;
    const late = transaction({ key: "busy", timeout: 0 }, () => "never");
    await expect(late).rejects.toThrow('Another transaction holds the key "busy", and did not end within 0 s.');
    await expect(late).rejects.toBeInstanceOf(TransactionBusy);
    held.resolve();
    await first;
  });

  test("is executed again where it is told to overwrite, and keeps what is staged", async () => {
    expect(await transaction({ key: "staged" }, (tx) => tx.stage("first"))).toBe("first");
    const again = transaction({ key: "staged", overwrite: true }, (tx) => {
      tx.stage("second");
      return "returned";
    });
    expect(await again).toBe("second");
    expect(await transaction({ key: "staged" }, () => "never")).toBe("second");
  });

  test("without a record only keeps others out", async () => {
    let calls = 0;
    for (let n = 0; n < 2; n += 1) await transaction({ key: "unkept", record: false }, () => (calls += 1));
    expect(calls).toBe(2);
    expect(await holders("unkept")).toBe(0);
  });

  test("is rolled back where its value can't be kept, and says so", async () => {
    const undone: string[] = [];
    const failing = transaction({ key: "unkeepable" }, (tx) => {
      tx.onRollback(() => undone.push("undone"));
      return () => 1;
    });
    await expect(failing).rejects.toThrow('The transaction "unkeepable" cannot keep its value');
    await expect(failing).rejects.toBeInstanceOf(TransactionFailed);
    const hiding = transaction({ key: "hidden" }, () => secret("hush"));
    await expect(hiding).rejects.toThrow(/cannot keep its value .* is a secret/);
    expect(undone).toEqual(["undone"]);
  });

  test("that is nested is committed with the one around it, or not at all", async () => {
    let fails = true;
    let calls = 0;
    const load = () =>
      transaction({ key: "outer" }, async () => {
        const value = await transaction({ key: "inner" }, () => (calls += 1));
        // Its key is known in the outer one, though nobody else has it yet.
        expect(await transaction({ key: "inner" }, () => "never")).toBe(value);
        expect(await holders("inner")).toBe(1);
        if (fails) throw new Error("too late");
      });
    await expect(load()).rejects.toThrow("too late");
    expect([await holders("outer"), await holders("inner")]).toEqual([0, 0]);
    fails = false;
    await load();
    await load();
    expect(calls).toBe(2);
    expect(await transaction({ key: "inner" }, () => "never")).toBe(2);
  });

  test("refuses one with the same key inside of it, which would wait for itself", async () => {
    const failing = transaction({ key: "self" }, async () => await transaction({ key: "self" }, () => 1));
    await expect(failing).rejects.toThrow('The transaction "self" is under way in the same outermost transaction');
    await expect(failing).rejects.toBeInstanceOf(UsageError);
    expect(await transaction({ key: "self" }, () => 2)).toBe(2);
  });

  test("gives the run that holds it, and a long key is told apart from others", async () => {
    const long = "k".repeat(1000);
    expect(await transaction({ key: long }, () => 1)).toBe(1);
    expect(await transaction({ key: `${long}!` }, () => 2)).toBe(2);
    expect(await transaction({ key: long }, () => 3)).toBe(1);
    const run = flow({ name: "holds a key" }, async () =>
      transaction({ key: "held by" }, async () => {
        expect(await holders("held by")).toBe(1);
        return currentRun().id;
      }),
    )();
    expect(await run).toBe(run.id);
  });

  test("whose lock was lost is rolled back, and another one may commit", async () => {
    const undone: unknown[] = [];
    const write = task({ name: "writes late", onRollback: (_tx, { value }) => undone.push(value) }, async () => "late");
    const failing = flow({ name: "loses its lock" }, async () =>
      transaction({ key: "lost" }, async () => {
        await write();
        // Somebody frees it by hand, as if its lease had ended meanwhile.
        const params = { id_or_name: "transaction:lost" };
        await recorder.client.call(updateConcurrencyLimit, { params, body: { active_slots: 0 } });
        return 1;
      }),
    )();
    const final = await failing.finished();
    expect(final).toMatchObject({ type: "FAILED", error: expect.any(TransactionLockLost) });
    expect(undone).toEqual(["late"]);
    expect(await transaction({ key: "lost" }, () => 2)).toBe(2);
  });
});
