import { createFlowRunInput, readFlowRunInput, setFlowRunState } from "@ostinato/protocol";
import { accessibilityProblems } from "@ostinato/testing/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFlowNamed, startRun } from "./fixtures.ts";
import { type Site, startSite } from "./site.ts";

/** As pydantic writes the schema of a model with models in it. */
const schema = {
  $defs: {
    City: {
      title: "City",
      type: "object",
      required: ["name"],
      properties: {
        name: { title: "Name", type: "string" },
        population: { anyOf: [{ type: "integer", minimum: 1 }, { type: "null" }], default: null, title: "Population" },
      },
    },
    Daily: {
      title: "Daily",
      type: "object",
      required: ["kind", "hour"],
      properties: { kind: { const: "daily", type: "string" }, hour: { title: "Hour", type: "integer", maximum: 23 } },
    },
    Once: {
      title: "Once",
      type: "object",
      required: ["kind", "day"],
      properties: { kind: { const: "once", type: "string" }, day: { title: "Day", type: "string", format: "date" } },
    },
    Model: { enum: ["trees", "linear"], title: "Model", type: "string" },
    Tree: { type: "object", properties: { label: { type: "string" }, left: { $ref: "#/$defs/Tree" } } },
  },
  type: "object",
  required: ["home", "cities"],
  properties: {
    home: { $ref: "#/$defs/City", title: "Home", description: "Where it begins" },
    cities: { type: "array", title: "Cities", items: { $ref: "#/$defs/City" }, minItems: 1 },
    when: {
      title: "When",
      discriminator: { propertyName: "kind", mapping: { daily: "#/$defs/Daily", once: "#/$defs/Once" } },
      oneOf: [{ $ref: "#/$defs/Daily" }, { $ref: "#/$defs/Once" }],
    },
    model: { allOf: [{ $ref: "#/$defs/Model" }], default: "trees", title: "Model" },
    tags: { type: "array", title: "Tags", items: { type: "string" } },
    share: { type: "number", title: "Share", minimum: 0, maximum: 1 },
    tree: { $ref: "#/$defs/Tree", title: "Tree" },
    extra: { type: "object", additionalProperties: true, title: "Extra" },
  },
};

describe("a form", () => {
  let site: Site;
  let flowId: string;
  beforeAll(async () => {
    site = await startSite();
    flowId = await createFlowNamed(site.client, "asking");
  });
  afterAll(() => site.close());

  async function openForm(name: string, asked: object, options: Parameters<Site["open"]>[1] = {}) {
    const run = await startRun(site.client, { flowId, name });
    const body = { key: "schema", value: JSON.stringify(asked) };
    await site.client.call(createFlowRunInput, { params: { id: run.id }, body });
    const keyset = { schema: "schema", response: "response", description: "description" };
    const state = { type: "PAUSED" as const, state_details: { pause_key: "1", run_input_keyset: keyset } };
    await site.client.call(setFlowRunState, { params: { id: run.id }, body: { state, force: true } });
    const opened = await site.open(`/runs/flow-run/${run.id}`, options);
    const box = opened.page.getByRole("region", { name: "What it waits for" });
    const send = box.getByRole("button", { name: "Answer and resume" });
    const resume = async () => {
      await send.click();
      await box.waitFor({ state: "hidden" });
    };
    const resumeWithDefaults = async () => {
      await send.click();
      await box.getByRole("alert").getByText("You have entered nothing.").waitFor();
      await box.getByRole("button", { name: "Resume with the defaults" }).click();
      await box.waitFor({ state: "hidden" });
    };
    const sent = async () => {
      await resume();
      return String(await site.client.call(readFlowRunInput, { params: { id: run.id, key: "response" } }));
    };
    return { ...opened, box, send, resume, resumeWithDefaults, sent };
  }

  test("has fields for objects in objects, lists, choices, dates and what may be null", async () => {
    const { page, box, sent, problems, close } = await openForm("nested", schema);
    const home = box.getByRole("group", { name: "Home" });
    await home.getByRole("textbox", { name: "Name" }).fill("Oslo");
    await home.getByRole("textbox", { name: "Population" }).fill("9007199254740993");
    const cities = box.getByRole("group", { name: "Cities" });
    await cities.getByRole("button", { name: "Add to Cities" }).click();
    await cities.getByRole("group", { name: "City 1" }).getByRole("textbox", { name: "Name" }).fill("Bergen");
    await cities.getByRole("button", { name: "Add to Cities" }).click();
    await cities.getByRole("group", { name: "City 2" }).getByRole("textbox", { name: "Name" }).fill("Bodø");
    await cities.getByRole("button", { name: "Move entry 2 up" }).click();
    await box.getByRole("combobox", { name: "Kind of When" }).selectOption("Once");
    await box.getByLabel("Day").fill("2026-03-29");
    await box.getByRole("combobox", { name: "Model" }).selectOption("linear");
    const tags = box.getByRole("group", { name: "Tags" });
    await tags.getByRole("button", { name: "Add to Tags" }).click();
    await tags.getByRole("textbox", { name: "Entry 1" }).fill("north");
    await box.getByRole("textbox", { name: "Share" }).fill("1.0");
    await box.locator("summary", { hasText: "Extra" }).click();
    await box.getByRole("textbox", { name: "Extra" }).fill('{"any": [1.0]}');
    expect(await accessibilityProblems(page, "section[aria-label='What it waits for']")).toEqual([]);
    const kept = await sent();
    expect(kept).toContain('"population":9007199254740993');
    expect(kept).toContain('"share":1.0');
    expect(kept).toContain('{"any":[1.0]}');
    expect(JSON.parse(kept)).toEqual({
      home: { name: "Oslo", population: 9007199254740992 },
      cities: [{ name: "Bodø" }, { name: "Bergen" }],
      when: { kind: "once", day: "2026-03-29" },
      model: "linear",
      tags: ["north"],
      share: 1,
      extra: { any: [1] },
    });
    expect(problems).toEqual([]);
    await close();
  });

  test("says what is wrong at the field, and is not sent before it is mended", async () => {
    const { box, page, send, sent, problems, close } = await openForm("wrong", schema);
    const home = box.getByRole("group", { name: "Home" });
    await home.getByRole("textbox", { name: "Population" }).fill("0");
    await home.getByRole("textbox", { name: "Name" }).focus();
    await page.keyboard.press("Tab");
    const population = home.getByRole("textbox", { name: "Population" });
    await home.getByText("At least 1.").waitFor();
    await home.getByText("This field is required.").waitFor();
    expect(await population.getAttribute("aria-invalid")).toBe("true");
    const described = await population.getAttribute("aria-describedby");
    expect(await page.locator(`[id="${described}"]`).textContent()).toBe("At least 1.");
    await send.click();
    await box
      .getByRole("alert")
      .getByText(/fields are missing or wrong: /)
      .waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("aria-invalid"))).toBe("true");
    expect(await accessibilityProblems(page, "section[aria-label='What it waits for']")).toEqual([]);
    await population.fill("");
    await home.getByRole("textbox", { name: "Name" }).fill("Oslo");
    await box.getByRole("button", { name: "Add to Cities" }).click();
    await box.getByRole("group", { name: "City 1" }).getByRole("textbox", { name: "Name" }).fill("Bergen");
    expect(JSON.parse(await sent())).toEqual({
      home: { name: "Oslo" },
      cities: [{ name: "Bergen" }],
      model: "trees",
    });
    expect(problems).toEqual([]);
    await close();
  });

  test("that nobody has touched is sent, whatever Python writes as a default of nothing", async () => {
    const { resumeWithDefaults, problems, close } = await openForm("untouched", {
      type: "object",
      properties: {
        day: { type: "string", format: "date", default: null, title: "Day" },
        limit: { type: "integer", default: null, title: "Limit" },
        token: { type: "string", format: "password", writeOnly: true, default: "**********", title: "Token" },
        place: { prefixItems: [{ type: "number" }, { type: "number" }], title: "Place" },
        anything: { title: "Anything" },
      },
    });
    await resumeWithDefaults();
    expect(problems).toEqual([]);
    await close();
  });

  test("asks the schema of a union which one is meant, and keeps what was typed as JSON too", async () => {
    const { box, page, sent, problems, close } = await openForm("union", {
      type: "object",
      required: ["note"],
      properties: { note: { anyOf: [{ type: "string" }, { type: "integer", maximum: 5 }], title: "Note" } },
    });
    await box.getByRole("textbox", { name: "Note" }).fill("seven");
    await box.getByRole("combobox", { name: "Kind of Note" }).selectOption("Whole number");
    await box.getByRole("textbox", { name: "Note" }).fill("7");
    await page.keyboard.press("Tab");
    await box.getByText("At most 5.").waitFor();
    await box.getByRole("textbox", { name: "Note" }).fill("4");
    await box.getByRole("radio", { name: "As JSON" }).click();
    expect(JSON.parse(await box.getByRole("textbox").inputValue())).toEqual({ note: 4 });
    await box.getByRole("radio", { name: "As a form" }).click();
    expect(await box.getByRole("textbox", { name: "Note" }).inputValue()).toBe("4");
    expect(JSON.parse(await sent())).toEqual({ note: 4 });
    expect(problems).toEqual([]);
    await close();
  });
});
