import { createDeployment, createVariable, deleteVariableByName, readVariableByName } from "@ostinato/protocol";
import { maxVariableBytes } from "@ostinato/protocol/limits";
import { accessibilityProblems, type Page } from "@ostinato/testing/browser";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFlowNamed } from "./fixtures.ts";
import { openSearch } from "./search.ts";
import { type Site, startSite } from "./site.ts";

describeOnEachDatabase("the pages of variables", (database) => {
  let site: Site;

  beforeAll(async () => {
    site = await startSite({ databaseUrl: database.url });
  });
  afterAll(() => site.close());

  const set = (name: string, value: unknown, tags: string[] = []) =>
    site.client.call(createVariable, { body: { name, value, tags } });
  const read = (name: string) => site.client.call(readVariableByName, { params: { name } });
  const link = (page: Page, name: string) => page.getByRole("main").getByRole("link", { name, exact: true });
  const field = (page: Page, name: string) => page.getByRole("dialog").getByRole("textbox", { name });

  test("without any, the list teaches; a first one is made in a dialog that checks while somebody types", async () => {
    const { page, problems, close } = await site.open("/variables");
    await page.getByRole("heading", { name: "No variable yet" }).waitFor();
    await page.getByText('variable.set("threshold"').waitFor();
    await page.getByRole("button", { name: "New variable" }).click();
    await field(page, "Name").fill("My threshold");
    await page
      .getByText("Variable name must only contain lowercase letters, numbers, and dashes or underscores.")
      .waitFor();
    await field(page, "Name").fill("threshold");
    await field(page, "Value").fill("hello");
    await page.getByText("This is not JSON yet").waitFor();
    await page.getByRole("button", { name: "Keep it as a text" }).click();
    await page.getByText("Kept as a text of 5 characters.").waitFor();
    await field(page, "Value").fill('{"score": 0.80}');
    await page.getByRole("button", { name: "Keep it as JSON instead" }).click();
    await page.getByText("Kept as an object with 1 field.").waitFor();
    await field(page, "Tags").fill("model, prod");
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole("button", { name: "Create the variable" }).click();
    await page.getByRole("heading", { name: "threshold", level: 1 }).waitFor();
    expect(await read("threshold")).toMatchObject({ value: { score: expect.anything() }, tags: ["model", "prod"] });
    await page.getByText("an object with 1 field").waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  test("a value over 1 MB is refused in plain words before it is sent", async () => {
    const { page, problems, close } = await site.open("/variables");
    await page.getByRole("button", { name: "New variable" }).click();
    await field(page, "Name").fill("large");
    await page.getByRole("radio", { name: "Text" }).click();
    await field(page, "Value").fill("x".repeat(maxVariableBytes));
    await page.getByText("a variable holds 1 MB at most").waitFor();
    await page.getByRole("button", { name: "Create the variable" }).click();
    await page.getByRole("dialog").waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    expect(problems).toEqual([]);
    await close();
  });

  test("the list shows the beginning of values, is narrowed by name and tags, sorted, and follows others", async () => {
    await set("cities", ["Berlin", "Zürich"], ["geo"]);
    await set("long", "x".repeat(1000));
    const { page, problems, close } = await site.open("/variables");
    await link(page, "cities").waitFor();
    await page.getByText('["Berlin","Zürich"]').waitFor();
    await page.getByText("1,002 characters").waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole("searchbox", { name: "Filter by name" }).fill("cit");
    await link(page, "threshold").waitFor({ state: "detached" });
    await page.getByRole("link", { name: "Clear" }).click();
    await page.getByRole("button", { name: "Tags" }).click();
    await page.getByRole("menuitemcheckbox", { name: "model" }).click();
    await link(page, "cities").waitFor({ state: "detached" });
    await page.goto(`${site.origin}/variables?sort=NAME_DESC`);
    await link(page, "cities").waitFor();
    const names = await page.getByRole("rowgroup").last().getByRole("link").allTextContents();
    expect(names).toEqual(["threshold", "long", "cities"]);
    await set("made-by-others", true);
    await link(page, "made-by-others").waitFor();
    await site.client.call(deleteVariableByName, { params: { name: "made-by-others" } });
    await link(page, "made-by-others").waitFor({ state: "detached" });
    expect(problems).toEqual([]);
    await close();
  });

  test("its page tells who uses it and how programs read it, and changes, renames and deletes it", async () => {
    const flow_id = await createFlowNamed(site.client, "train");
    await set("rows", 10);
    await site.client.call(createDeployment, {
      body: { name: "nightly", flow_id, job_variables: { env: { ROWS: "{{ prefect.variables.rows }}" } } },
    });
    const { page, problems, close } = await site.open("/variables/rows");
    await page.getByRole("link", { name: "train/nightly" }).waitFor();
    await page.getByText('await variable.get("rows")').waitFor();
    await page.getByRole("radio", { name: "Python" }).click();
    await page.getByText('Variable.get("rows")').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole("button", { name: "Edit" }).click();
    await field(page, "Value").fill("9007199254740993");
    await field(page, "Name").fill("max-rows");
    await page.getByText("Programs and templates that read rows will not find it any more.").waitFor();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "max-rows", level: 1 }).waitFor();
    await page.getByText("9007199254740993").waitFor();
    await page.goto(`${site.origin}/variables/max-rows`);
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Delete the variable" }).click();
    await page.getByRole("heading", { name: "Variables" }).waitFor();
    await expect(read("max-rows")).rejects.toThrow("Variable not found");
    expect(problems).toEqual([]);
    await close();
  });

  test("is found by the search, fits a phone, and is dark where that is asked for", async () => {
    const { page, problems, close } = await site.open("/variables", {
      viewport: { width: 390, height: 800 },
      colorScheme: "dark",
    });
    await link(page, "cities").waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    expect(await accessibilityProblems(page)).toEqual([]);
    await (await openSearch(page)).fill("citie");
    await page.getByRole("option", { name: "cities" }).click();
    await page.getByRole("heading", { name: "cities", level: 1 }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });
});
