import { describe, expect, test } from "vitest";
import { chooseFlow } from "./flow-exports.ts";

interface Flow {
  readonly name: string;
  readonly isFlow: true;
}

const isFlow = (value: unknown): value is Flow => typeof value === "object" && value !== null && "isFlow" in value;
const flow = (name: string): Flow => ({ name, isFlow: true });

describe("the flow of a file", () => {
  const [train, evaluate, other] = [flow("train"), flow("evaluate model"), flow("limit")];

  test.each([
    ["the only one", { limit: 3, train }, undefined, train],
    ["one that is exported twice", { default: train, train }, undefined, train],
    ["an export", { train, evaluate }, "evaluate", evaluate],
    ["the default export", { default: train, evaluate }, "default", train],
    ["the name of a flow", { train, evaluate }, "evaluate model", evaluate],
    ["an export before the name of another flow", { train: evaluate, evaluate: train }, "train", evaluate],
    ["the name of a flow where the export is something else", { limit: 3, other }, "limit", other],
  ])("%s", (_what, exports, wanted, chosen) => {
    expect(chooseFlow({ exports, isFlow, wanted })).toEqual({ kind: "flow", flow: chosen });
  });

  test.each([
    ["none", { limit: 3 }, undefined, []],
    ["several", { default: train, train, evaluate }, undefined, ["train", "evaluate"]],
    ["not-a-flow", { limit: 3, train }, "limit", ["train"]],
    ["unknown", { train, evaluate }, "toString", ["train", "evaluate"]],
  ])("is not found: %s", (kind, exports, wanted, flowExports) => {
    expect(chooseFlow({ exports, isFlow, wanted })).toEqual({ kind, flowExports });
  });
});
