import { exactNumber } from "@ostinato/core";
import { describe, expect, test } from "vitest";
import { linkedParameters, runBase, sentParameters, withoutSecrets } from "./run-values.ts";

const schema = {
  type: "object",
  required: ["path", "config"],
  properties: {
    path: { type: "string" },
    depth: { type: "integer", default: 6 },
    token: { type: "string", format: "password", writeOnly: true, default: "**********" },
    day: { type: "string", format: "date", default: null },
    config: { type: "object", properties: { depth: { type: "integer", default: 1 } } },
    label: { type: "string" },
  },
};
const recipe = { __prefect_kind: "jinja", template: "{{ flow_run.name }}" };
const parameters = { path: "jan.csv", label: recipe, token: "kept by the deployment" };

describe("a run form", () => {
  const base = runBase({ schema, parameters, over: [] });

  test("begins with the deployment's parameters and the defaults of the schema", () => {
    expect(base.begin).toEqual({
      path: "jan.csv",
      depth: 6,
      token: "kept by the deployment",
      config: { depth: 1 },
      label: recipe,
    });
  });

  test("that nobody has touched sends nothing but what the flow needs and nobody else gives", () => {
    expect(sentParameters(base, base.begin, parameters)).toEqual({ config: { depth: 1 } });
  });

  test("sends what was changed, and not what was cleared, which takes its default", () => {
    const { depth: _, ...cleared } = base.begin;
    expect(sentParameters(base, { ...cleared, path: "feb.csv" }, parameters)).toEqual({
      path: "feb.csv",
      config: { depth: 1 },
    });
  });

  test("does not take another order of keys, or the same digits, for a change", () => {
    const given = { place: { a: exactNumber("1.0"), b: 2 } };
    const plain = runBase({ schema: undefined, parameters: given, over: [] });
    expect(sentParameters(plain, { place: { b: 2, a: exactNumber("1.0") } }, given)).toEqual({});
    expect(sentParameters(plain, { place: { b: 2, a: 1 } }, given)).toEqual({ place: { b: 2, a: 1 } });
  });

  test("begins with those of another run, but for its secrets, and sends where they differ", () => {
    const from = { path: "feb.csv", depth: 7, token: "********", label: "by hand" };
    const again = runBase({ schema, parameters, over: [from] });
    expect(again.begin).toMatchObject({ path: "feb.csv", depth: 7, label: "by hand", token: "kept by the deployment" });
    expect(sentParameters(again, again.begin, parameters)).toEqual({
      path: "feb.csv",
      depth: 7,
      label: "by hand",
      config: { depth: 1 },
    });
  });

  test("begins with what a link says, over that", () => {
    const linked = linkedParameters('{"depth": 9}');
    expect(runBase({ schema, parameters, over: [{ depth: 7 }, linked] }).begin).toMatchObject({ depth: 9 });
  });

  test("keeps secrets out of a link", () => {
    expect(withoutSecrets(base, { token: "mine", path: "x" })).toEqual({ path: "x" });
  });
});

test.each([undefined, "{", "[]", "3"])("a link with %j says nothing", (text) => {
  expect(linkedParameters(text)).toBeUndefined();
});
