import { test } from "vitest";
import { emit, flow } from "../index.ts";
import { automation, changeState, notify, runDeployment, slack } from "./index.ts";

/** Given to the compiler, and never called. */
function check(_: () => void): void {}

test("an automation takes the flows, states and actions that there are", () => {
  check(() => {
    const train = flow(async function train() {});
    automation({ name: "a", when: { flow: train, state: "Failed", within: "10m" }, then: [notify(slack("team"))] });
    automation({
      name: "a",
      when: { flow: "train", noState: ["Completed"], within: 60 },
      then: changeState("Cancelled"),
    });
    automation({
      name: "a",
      when: { all: [{ event: "a" }, { noEvent: "b", within: "1h" }] },
      then: runDeployment("train/nightly"),
    });
    automation({ name: "a", when: { metric: "successes", flow: train, below: 0.9, over: "1d" }, then: [] });
    automation({ name: "a", when: { metric: "duration", tag: "gpu", atLeast: "30m", lasting: 600 }, then: [] });
    // @ts-expect-error The rate of successes is a number.
    automation({ name: "a", when: { metric: "successes", below: "1h" }, then: [] });
    // @ts-expect-error There is no such figure.
    automation({ name: "a", when: { metric: "failures", above: 3 }, then: [] });
    // @ts-expect-error It is compared with one value.
    automation({ name: "a", when: { metric: "lateness", above: "1m", below: "1h" }, then: [] });
    // @ts-expect-error The name of a state is misspelled.
    automation({ name: "a", when: { flow: train, state: "Faild" }, then: [] });
    // @ts-expect-error A number is not a flow.
    automation({ name: "a", when: { flow: 5, state: "Failed" }, then: [] });
    // @ts-expect-error What is missing is missing for some time.
    automation({ name: "a", when: { noEvent: "b" }, then: [] });
    // @ts-expect-error A string is not an action.
    automation({ name: "a", when: { event: "b" }, then: "notify" });
    // @ts-expect-error A minute is written "1m".
    automation({ name: "a", when: { event: "b", within: "1min" }, then: [] });
    // @ts-expect-error The name of a state is misspelled.
    changeState("Canceled");
    // @ts-expect-error The payload of an event is an object.
    void emit("a", { resource: "b", payload: 5 });
    // @ts-expect-error A related resource has a role.
    void emit("a", { resource: "b", related: [{ id: "c" }] });
  });
});
