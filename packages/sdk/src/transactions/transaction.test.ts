import { filterFlowRuns, listFlowRunResults } from "@ostinato/protocol";
import { describe, expect, test, vi } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { RollbackIncomplete, TransactionFailed, UsageError } from "../errors.ts";
import { flow, resumeRun } from "../flow/flow.ts";
import { suspend } from "../pauses/pause.ts";
import { currentRun } from "../run/current-run.ts";
import { task } from "../task/task.ts";
import { currentTransaction, transaction } from "./transaction.ts";

const recorder = recordOnOwnServer();

/** A task that notes what happens to its runs. */
function stepsOn(notes: string[], name = "write") {
  return task(
    {
      name,
      key: `${name} ${Math.random()}`,
      onCommit: (tx, { value }) => notes.push(`commit ${value}${suffix(tx.get("table", ""))}`),
      onRollback: (tx, { value }) => notes.push(`undo ${value}${suffix(tx.get("table", ""))}`),
    },
    async (what: string) => {
      if (what.startsWith("bad")) throw new Error(`${what} failed`);
      notes.push(`do ${what}`);
      return what;
    },
  );
}

function suffix(table: unknown): string {
  return table === "" ? "" : ` in ${table}`;
}

const inFlow = async <T>(body: () => Promise<T>) => await flow({ name: "in a transaction" }, body)();

describe("a transaction", () => {
  test("calls the commit hooks of its tasks when all of it has succeeded, in their order", async () => {
    const notes: string[] = [];
    const write = stepsOn(notes);
    const value = await inFlow(() =>
      transaction(async (tx) => {
        tx.set("table", "trips");
        tx.onCommit(() => notes.push("own"));
        await write("a");
        await write("b");
        notes.push("end of the function");
        return 7;
      }),
    );
    expect(value).toBe(7);
    expect(notes).toEqual(["do a", "do b", "end of the function", "own", "commit a in trips", "commit b in trips"]);
  });

  test("undoes what its tasks did, the latest first, when it fails, and throws what it failed by", async () => {
    const notes: string[] = [];
    const write = stepsOn(notes);
    const failing = inFlow(() =>
      transaction(async (tx) => {
        tx.set("table", "trips");
        tx.onRollback(() => notes.push("own"));
        await write("a");
        await write("b");
        await write("bad c");
      }),
    );
    await expect(failing).rejects.toThrow("bad c failed");
    expect(notes).toEqual(["do a", "do b", "undo b in trips", "undo a in trips", "own"]);
  });

  test("that is nested is committed with the one around it, and undone with it in the reverse order", async () => {
    const notes: string[] = [];
    const write = stepsOn(notes);
    const load = (last: string) =>
      inFlow(() =>
        transaction(async (tx) => {
          tx.set("table", "outer");
          await write("a");
          await transaction(async (inner) => {
            inner.set("table", "inner");
            await write("b");
            await write("c");
          });
          notes.push("inner ended");
          await write(last);
        }),
      );
    await load("d");
    const done = ["do a", "do b", "do c", "inner ended"];
    const committed = ["commit a in outer", "commit b in inner", "commit c in inner", "commit d in outer"];
    expect(notes.splice(0)).toEqual([...done, "do d", ...committed]);
    await expect(load("bad d")).rejects.toThrow("bad d failed");
    expect(notes).toEqual([...done, "undo c in inner", "undo b in inner", "undo a in outer"]);
  });

  test("that is nested and eager stays committed when the one around it fails", async () => {
    const notes: string[] = [];
    const write = stepsOn(notes);
    const failing = inFlow(() =>
      transaction(async () => {
        await write("a");
        await transaction({ commit: "eager" }, async () => await write("b"));
        throw new Error("too late");
      }),
    );
    await expect(failing).rejects.toThrow("too late");
    expect(notes).toEqual(["do a", "do b", "commit b", "undo a"]);
  });

  test("whose nested one fails goes on where its function handles that", async () => {
    const notes: string[] = [];
    const write = stepsOn(notes);
    await inFlow(() =>
      transaction(async () => {
        await write("a");
        await transaction(async () => {
          await write("b");
          await write("bad c");
        }).catch(() => notes.push("handled"));
        await write("d");
      }),
    );
    expect(notes).toEqual(["do a", "do b", "undo b", "handled", "do d", "commit a", "commit d"]);
  });

  test("with commit off is undone when it ends, as a trial", async () => {
    const notes: string[] = [];
    const write = stepsOn(notes);
    expect(await inFlow(() => transaction({ commit: "off" }, async () => await write("a")))).toBe("a");
    expect(notes).toEqual(["do a", "undo a"]);
  });

  test("waits for tasks that nobody awaits, and fails with them", async () => {
    const notes: string[] = [];
    const write = stepsOn(notes);
    await inFlow(() =>
      transaction(async () => {
        void write("a");
      }),
    );
    expect(notes.splice(0)).toEqual(["do a", "commit a"]);
    const failing = inFlow(() =>
      transaction(async () => {
        void write("a");
        void write("bad b");
      }),
    );
    await expect(failing).rejects.toThrow("bad b failed");
    expect(notes).toEqual(["do a", "undo a"]);
  });

  test("waits for tasks that are under way when it fails, and undoes them as well", async () => {
    const notes: string[] = [];
    const write = stepsOn(notes);
    const begun = Promise.withResolvers<void>();
    const failed = Promise.withResolvers<void>();
    const slow = task({ name: "slow", onRollback: () => notes.push("undo slow") }, async () => {
      begun.resolve();
      await failed.promise;
      notes.push("do slow");
    });
    const failing = inFlow(() =>
      transaction(async () => {
        const running = slow();
        await begun.promise;
        await write("a");
        setImmediate(failed.resolve);
        running.observe();
        throw new Error("meanwhile");
      }),
    );
    await expect(failing).rejects.toThrow("meanwhile");
    expect(notes).toEqual(["do a", "do slow", "undo slow", "undo a"]);
  });

  test("undoes each failed attempt of a task by itself, before the next one", async () => {
    const notes: string[] = [];
    const copy = task(
      { name: "copy", retries: 1, onCommit: () => notes.push("commit"), onRollback: () => notes.push("undo") },
      async () => {
        const { attempt } = currentRun();
        notes.push(`do ${attempt}`);
        currentTransaction()?.onRollback(() => notes.push(`undo ${attempt}`));
        if (attempt === 1) throw new Error("not yet");
      },
    );
    await inFlow(() => transaction(async () => await copy()));
    expect(notes).toEqual(["do 1", "undo 1", "do 2", "commit"]);
  });

  test("keeps the values of each run of a task apart", async () => {
    const notes: string[] = [];
    const make = task(
      { name: "make", onRollback: (tx) => notes.push(`drop ${tx.get<string>("made")}`) },
      async (what: string) => currentTransaction()?.set("made", what),
    );
    const failing = inFlow(() =>
      transaction(async (tx) => {
        await make("a");
        await make("b");
        tx.get("made");
      }),
    );
    await expect(failing).rejects.toThrow('The transaction has no value "made". Call tx.set("made", …) before');
    expect(notes).toEqual(["drop b", "drop a"]);
  });

  test("undoes the tasks of a subflow, and the subflow is called again by the next attempt", async () => {
    const notes: string[] = [];
    const write = stepsOn(notes);
    const part = flow({ name: "part" }, async () => await write("a"));
    const whole = flow({ name: "whole", retries: 1 }, async () => {
      await transaction(async () => {
        await part();
        if (currentRun().attempt === 1) throw new Error("not yet");
      });
    });
    await whole();
    expect(notes).toEqual(["do a", "undo a", "do a", "commit a"]);
  });

  test("is undone when its run is cancelled, and the run ends as cancelled", async () => {
    const notes: string[] = [];
    const write = stepsOn(notes);
    const begun = Promise.withResolvers<void>();
    const waiting = flow({ name: "is cancelled" }, async () => {
      await transaction(async (tx) => {
        await write("a");
        begun.resolve();
        await new Promise((resolve) => tx.signal.addEventListener("abort", resolve));
      });
    });
    const run = waiting();
    await begun.promise;
    run.cancel();
    expect((await run.finished()).type).toBe("CANCELLED");
    expect(notes).toEqual(["do a", "undo a"]);
  });

  test("needs no run around it", async () => {
    const notes: string[] = [];
    const write = stepsOn(notes);
    await transaction(async () => await write("a"));
    await expect(
      transaction(async () => {
        await write("b");
        throw new Error("outside");
      }),
    ).rejects.toThrow("outside");
    expect(notes).toEqual(["do a", "commit a", "do b", "undo b"]);
    expect(currentTransaction()).toBeUndefined();
  });
});

describe("hooks of a transaction", () => {
  test("that throw when it is rolled back do not keep the others from being called, and are told", async () => {
    const notes: string[] = [];
    const write = stepsOn(notes);
    const stuck = task(
      {
        name: "stuck",
        onRollback: function dropTable() {
          throw new Error("no such table");
        },
      },
      async () => {},
    );
    const run = flow({ name: "is left half done" }, async () => {
      await transaction(async () => {
        await write("a");
        await stuck();
        await write("bad b");
      });
    })();
    const final = await run.finished();
    const error = final.type === "COMPLETED" ? undefined : final.error;
    expect(error).toBeInstanceOf(RollbackIncomplete);
    expect(error).toMatchObject({ code: "ROLLBACK_INCOMPLETE", cause: { message: "bad b failed" } });
    expect(error?.message).toBe(
      'The transaction is not wholly rolled back. The rollback hook dropTable of "stuck" failed: no such table It was rolled back because of: bad b failed',
    );
    expect(notes).toEqual(["do a", "undo a"]);
    expect(await recorder.logs(run.id ?? "")).toContain('The rollback hook dropTable of "stuck" failed: no such table');
  });

  test("that throw when it is committed have all of it rolled back", async () => {
    const notes: string[] = [];
    const write = stepsOn(notes);
    const failing = inFlow(() =>
      transaction(async (tx) => {
        await write("a");
        tx.onCommit(() => {
          throw new Error("no room");
        });
        await write("b");
      }),
    );
    await expect(failing).rejects.toThrow(
      "the transaction is rolled back. The commit hook of the transaction failed: no room",
    );
    await expect(failing).rejects.toBeInstanceOf(TransactionFailed);
    expect(notes).toEqual(["do a", "do b", "commit a", "undo b", "undo a"]);
  });

  test("are in no transaction themselves", async () => {
    const seen: unknown[] = [];
    await inFlow(() => transaction(async (tx) => tx.onCommit(() => seen.push(currentTransaction()))));
    expect(seen).toEqual([undefined]);
  });
});

describe("results of tasks in a transaction", () => {
  test("are not used again when it was rolled back", async () => {
    const notes: string[] = [];
    const write = stepsOn(notes);
    const load = flow({ name: "loads again", retries: 1 }, async () => {
      await write("before");
      await transaction(async () => {
        await write("in it");
        if (currentRun().attempt === 1) throw new Error("not yet");
      });
    });
    await load();
    expect(notes).toEqual(["do before", "do in it", "undo in it", "do in it", "commit in it"]);
  });

  test("are found in the cache only after it was committed", async () => {
    let calls = 0;
    const count = task({ name: "counts", cache: { by: () => "counted once" } }, async () => {
      calls += 1;
      return calls;
    });
    const trial = () => inFlow(() => transaction({ commit: "off" }, async () => await count()));
    expect([await trial(), await trial()]).toEqual([1, 2]);
    expect(await inFlow(() => transaction(async () => await count()))).toBe(3);
    expect(await inFlow(async () => await count())).toBe(3);
  });

  test("that an earlier attempt of the run made are a part of it, and are undone with it", async () => {
    const notes: string[] = [];
    let dies = true;
    const write = stepsOn(notes);
    const load = flow({ name: "dies and goes on" }, async () => {
      await transaction(async () => {
        await write("a");
        // The process is gone: nothing is rolled back.
        if (dies) await new Promise(() => {});
        throw new Error("later");
      });
    });
    const first = load();
    const id = await first.created;
    const kept = async () => (await recorder.client.call(listFlowRunResults, { params: { id } })).results.length;
    while ((await kept()) === 0) await new Promise((resolve) => setImmediate(resolve));
    dies = false;
    await expect(resumeRun(id, load)).rejects.toThrow("later");
    expect(notes).toEqual(["do a", "undo a"]);
    expect(await kept()).toBe(1);
  });

  test.each([
    { what: "with hooks", hooks: true },
    { what: "without hooks", hooks: false },
  ])(
    "of a subflow $what that an earlier process finished are a part of it only where no hooks were lost",
    async ({ what, hooks }) => {
      const notes: string[] = [];
      let dies = true;
      const write = hooks
        ? stepsOn(notes)
        : task({ name: "write" }, async (name: string) => void notes.push(`do ${name}`));
      const inner = flow({ name: `inner ${what}` }, async () => {
        await write("a");
        return "inner";
      });
      const load = flow({ name: `outer ${what}`, retries: hooks ? 5 : 0 }, async () => {
        return await transaction(async () => {
          const value = await inner();
          if (dies) await new Promise(() => {});
          return value;
        });
      });
      const first = load();
      const id = await first.created;
      await vi.waitFor(async () => {
        const body = { flows: { name: { any_: [`inner ${what}`] } } };
        expect(await recorder.client.call(filterFlowRuns, { body })).toMatchObject([{ state_type: "COMPLETED" }]);
      }, 20_000);
      dies = false;
      expect(await resumeRun(id, load)).toBe("inner");
      const lines = (await recorder.logs(id)).join(" ");
      // The attempt in which they were lost fails, and the next one calls the subflow anew.
      expect(lines.includes("the hooks of its tasks are gone with that process")).toBe(hooks);
      expect(notes).toEqual(hooks ? ["do a", "do a", "commit a"] : ["do a"]);
    },
  );

  test("does not outlive its process: a suspension in it is refused, and undoes it", async () => {
    const notes: string[] = [];
    const write = stepsOn(notes);
    const run = flow({ name: "suspends in a transaction" }, async () => {
      await transaction(async () => {
        await write("a");
        await suspend();
      });
    })();
    await expect(run).rejects.toThrow("a transaction does not outlive its process");
    expect(notes).toEqual(["do a", "undo a"]);
  });
});

describe("transaction()", () => {
  test.each([
    { call: () => transaction({ key: "a" } as never), says: "transaction() needs a function" },
    { call: () => transaction({ key: "" }, () => 1), says: 'key is ""; give a string that is not empty' },
    { call: () => transaction({ commit: "later" as never }, () => 1), says: '"lazy" or "eager" or "off"' },
    { call: () => transaction({ lease: "1s" }, () => 1), says: '"lease" is 1 s. Give from 60 s to one day.' },
    { call: () => transaction({ keys: "a" } as never, () => 1), says: 'no option "keys"' },
  ])("refuses what it can't do: $says", async ({ call, says }) => {
    const refused = call();
    await expect(refused).rejects.toThrow(says);
    await expect(refused).rejects.toBeInstanceOf(UsageError);
  });

  test("refuses hooks that are not functions", () => {
    expect(() => task({ name: "a", onRollback: "drop" as never }, async () => {})).toThrow("onRollback");
  });
});
