import { expect, it } from "vitest";
import { growTrees, loadTrees } from "./boosted-trees.ts";

const places = ["north", "south", "east"];
const x = Array.from({ length: 2000 }, (_, index) => (index * 37) % 100);
const place = x.map((_, index) => places[index % 3] ?? "");
const y = x.map((value, index) => (place[index] === "south" ? 20 : 0) + (value > 50 ? 10 : 0));

it("learns from numbers and texts, and is the same after being saved", { timeout: 120_000 }, async () => {
  using model = await growTrees({ x, place, y }, "y");
  expect(model.trees).toBeGreaterThan(5);
  const questions = { x: [10, 90, 10, 90], place: ["north", "north", "south", "nowhere"] };
  const answers = model.predict(questions);
  expect(answers.slice(0, 3).map((answer) => Math.round(answer))).toEqual([0, 10, 20]);
  using copy = await loadTrees(await model.save());
  expect(copy.predict(questions)).toEqual(answers);
});

it("leaves the program's own handling of errors and its console alone", async () => {
  const { log } = console;
  const handlers = () => [process.listenerCount("uncaughtException"), process.listenerCount("unhandledRejection")];
  const before = handlers();
  using model = await growTrees({ x, y }, "y");
  await model.save();
  expect(handlers()).toEqual(before);
  expect(console.log).toBe(log);
});
