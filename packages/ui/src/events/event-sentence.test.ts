import { describe, expect, test } from "vitest";
import type { EventPage } from "../api/types.ts";
import { sentenceOf } from "./event-sentence.ts";

const event = (name: string, resource: object = {}, payload: object = {}) =>
  ({
    event: name,
    resource: { "prefect.resource.name": "load", ...resource },
    payload,
  }) as unknown as EventPage["events"][number];

const said = (given: EventPage["events"][number]) => {
  const { noun, name, did, message } = sentenceOf(given);
  return [noun, name, did, message].filter((part) => part !== undefined).join(" ");
};

describe("an event in words", () => {
  test.each([
    ["prefect.flow-run.Completed", "COMPLETED", "Flow run load completed"],
    ["prefect.task-run.Cached", "COMPLETED", "Task run load took its result from the cache"],
    ["prefect.flow-run.AwaitingRetry", "SCHEDULED", "Flow run load waits to be retried"],
    ["prefect.flow-run.Half done", "COMPLETED", "Flow run load went into the state “Half done”"],
  ])("%s", (name, type, sentence) => {
    expect(said(event(name, { "prefect.state-type": type }))).toBe(sentence);
  });

  test("has the message of a state, from the server's events and from those of Prefect's client", () => {
    const state = { "prefect.state-type": "FAILED", "prefect.state-message": "disk is full" };
    expect(said(event("prefect.flow-run.Failed", state))).toBe("Flow run load failed disk is full");
    const payload = { validated_state: { message: "no luck" } };
    expect(said(event("prefect.task-run.Failed", { "prefect.state-type": "FAILED" }, payload))).toBe(
      "Task run load failed no luck",
    );
  });

  test("of no state", () => {
    expect(said(event("prefect.flow-run.heartbeat"))).toBe("Flow run load gave a sign of life");
    expect(said(event("prefect.artifact-collection.created"))).toBe("Artifact load was created");
    expect(said(event("prefect.block-document.updated"))).toBe("Block load was updated");
    expect(said(event("prefect.block.secret.loaded"))).toBe("Block load was loaded");
    expect(said(event("prefect.variable.deleted"))).toBe("Variable load was deleted");
  });

  test("that nobody knows keeps its own name", () => {
    expect(said(event("shop.order.paid"))).toBe("load shop.order.paid");
    expect(said(event("prefect.flow-run.odd"))).toBe("load prefect.flow-run.odd");
  });
});
