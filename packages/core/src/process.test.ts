import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, test } from "vitest";
import { lookAtProcess, ownProcess } from "./process.ts";

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** A process that waits, with its own name. */
async function otherProcess() {
  const source = `import { ownProcess } from ${JSON.stringify(new URL("./process.ts", import.meta.url).href)};
    console.log(ownProcess()); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", source]);
  children.push(child);
  const [line] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
  return { child, name: line.trim() };
}

test("a process that works is alive, one that is stopped says nothing, and one that ended is gone", async () => {
  const { child, name } = await otherProcess();
  expect(await lookAtProcess(name)).toBe("alive");
  child.kill("SIGSTOP");
  while ((await lookAtProcess(name)) === "alive") await new Promise(setImmediate);
  expect(await lookAtProcess(name)).toBe("stopped");
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(await lookAtProcess(name)).toBe("gone");
});

test("this process sees itself", async () => {
  expect(await lookAtProcess(ownProcess() ?? "")).toBe("alive");
});

test("another process with the same number is not the one that was named", async () => {
  const [machine, pid] = (ownProcess() ?? "").split("/");
  expect(await lookAtProcess(`${machine}/${pid}/1`)).toBe("gone");
});

test.each(["another-machine/1/1", "", "no name", `${ownProcess()?.split("/")[0]}/0/1`])(
  "nothing is known of %j",
  async (name) => {
    expect(await lookAtProcess(name)).toBe("unknown");
  },
);
