import { expect, test } from "vitest";
import type { JobReport } from "./driver.ts";
import { ReportQueue } from "./report-queue.ts";

const line = (text: string): JobReport => ({ kind: "output", stream: "stdout", text });

test("who adds more than is held waits until it is read", async () => {
  const queue = new ReportQueue();
  let added = 0;
  const writing = (async () => {
    for (; added < 100; added++) await queue.add(line("x".repeat(100_000)));
    queue.close();
  })();
  const reading = queue.read();
  await reading.next();
  await new Promise((resolve) => setImmediate(resolve));
  expect(added).toBeLessThan(15);
  let read = 1;
  for await (const report of reading) if (report.kind === "output") read++;
  await writing;
  expect([added, read]).toEqual([100, 100]);
});

test("a reader that stops early lets the writer go on", async () => {
  const queue = new ReportQueue();
  const writing = (async () => {
    for (let count = 0; count < 100; count++) await queue.add(line("x".repeat(100_000)));
  })();
  for await (const report of queue.read()) if (report.kind === "output") break;
  await writing;
});

test("what was added before the end is read after it, and nothing else", async () => {
  const queue = new ReportQueue();
  await queue.add(line("before"));
  queue.close();
  await queue.add(line("after"));
  expect(await Array.fromAsync(queue.read())).toEqual([line("before")]);
});
