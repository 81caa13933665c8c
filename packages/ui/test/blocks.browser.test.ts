import {
  type BlockDocument,
  type BlockType,
  createBlockDocument,
  createBlockSchema,
  createBlockType,
  createDeployment,
  deleteBlockDocument,
  filterFlowRuns,
  readBlockDocument,
  readBlockDocumentByName,
} from "@ostinato/protocol";
import { accessibilityProblems, type OpenedPage, type Page } from "@ostinato/testing/browser";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFlowNamed } from "./fixtures.ts";
import { openSearch } from "./search.ts";
import { type Site, startSite } from "./site.ts";

/** No answer to a page has this. */
const planted = "planted-in-a-block";

const login = {
  title: "Login",
  type: "object",
  block_type_slug: "login",
  block_schema_references: {},
  secret_fields: ["password"],
  required: ["user", "password"],
  properties: {
    user: { type: "string", title: "User", position: 0, description: "Who signs in" },
    password: { type: "string", format: "password", writeOnly: true, title: "Password", position: 1 },
  },
};

const many = {
  title: "Many",
  type: "object",
  block_type_slug: "many",
  block_schema_references: {},
  secret_fields: [],
  properties: { note: { type: "string", title: "Note" } },
};

const warehouse = (loginChecksum: string) => ({
  title: "Warehouse",
  type: "object",
  block_type_slug: "warehouse",
  secret_fields: ["url", "login.password", "keys.key"],
  block_schema_references: { login: { block_type_slug: "login", block_schema_checksum: loginChecksum } },
  required: ["url", "login"],
  properties: {
    url: { type: "string", title: "Address", position: 0 },
    pool: { type: "integer", title: "Connections", default: 4, minimum: 1, position: 1 },
    login: { $ref: "#/definitions/Login", title: "Login", position: 2 },
    keys: {
      type: "array",
      title: "Keys",
      default: [],
      position: 3,
      items: { type: "object", properties: { key: { type: "string", format: "password", title: "Key" } } },
    },
  },
  definitions: { Login: login },
});

describeOnEachDatabase("the pages of blocks", (database) => {
  let site: Site;
  const types = new Map<string, { readonly type: BlockType; readonly schemaId: string }>();

  beforeAll(async () => {
    site = await startSite({ databaseUrl: database.url });
  });
  afterAll(() => site.close());

  async function register(slug: string, name: string, fields: Readonly<Record<string, unknown>>): Promise<string> {
    const type = await site.client.call(createBlockType, { body: { name, slug, description: `About ${name}` } });
    const schema = await site.client.call(createBlockSchema, {
      body: { block_type_id: type.id, fields: { ...fields } },
    });
    types.set(slug, { type, schemaId: schema.id });
    return schema.checksum;
  }

  function save(slug: string, name: string, data: Readonly<Record<string, unknown>>): Promise<BlockDocument> {
    const { type, schemaId } = types.get(slug) ?? {};
    const body = { name, data: { ...data }, block_type_id: type?.id ?? "", block_schema_id: schemaId ?? "" };
    return site.client.call(createBlockDocument, { body });
  }

  const withSecrets = async (slug: string, block_document_name: string) =>
    (
      await site.client.call(readBlockDocumentByName, {
        params: { slug, block_document_name },
        query: { include_secrets: true },
      })
    ).data;

  /** Opens a page, and gathers what the server answers to it. */
  async function open(path: string, options = {}): Promise<OpenedPage & { readonly answers: () => Promise<string> }> {
    const opened = await site.open("/settings", options);
    const bodies: Promise<string>[] = [];
    opened.page.on("response", (response) => {
      if (response.url().includes("/api/")) bodies.push(response.text().catch(() => ""));
    });
    await opened.page.goto(site.origin + path);
    return { ...opened, answers: async () => (await Promise.all(bodies)).join("\n") };
  }

  const link = (page: Page, name: string) => page.getByRole("main").getByRole("link", { name, exact: true });
  const field = (page: Page, name: string) => page.getByRole("main").getByRole("textbox", { name, exact: true });

  /** Fields for passwords have no role; their labels may say that they are required. */
  const secretField = (page: Page, name: string) => page.getByLabel(new RegExp(`^${name}( · required)?$`));

  test("without any, the list teaches and shows the first that comes", async () => {
    const { page, problems, close } = await open("/blocks");
    await page.getByRole("heading", { name: "No block yet" }).waitFor();
    await page.getByText("blocks.secret.save(").waitFor();
    const checksum = await register("login", "Login", login);
    await register("warehouse", "Data Warehouse", warehouse(checksum));
    await save("login", "main", { user: "me", password: planted });
    await link(page, "main").waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });

  test("a new block: a type of the catalogue, a form of its schema, and a nested block that is made on the way", async () => {
    const { page, problems, answers, close } = await open("/blocks");
    await page.getByRole("link", { name: "New block" }).click();
    await link(page, "Secret One secret value: a text, or anything that JSON can hold.").waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole("searchbox", { name: "Find a type" }).fill("wareh");
    // Cards move until the list is narrowed.
    await link(page, "Secret One secret value: a text, or anything that JSON can hold.").waitFor({ state: "detached" });
    await page
      .getByRole("main")
      .getByRole("link", { name: /^Data Warehouse/ })
      .click();
    await field(page, "Name").fill("My lake");
    await page.getByText("Block document name must only contain lowercase letters, numbers, and dashes.").waitFor();
    await page.getByRole("button", { name: "Create the block" }).click();
    await page.getByText("Some fields are missing or wrong.").waitFor();
    await field(page, "Name").fill("lake");
    await secretField(page, "Address").fill(`postgres://${planted}`);
    expect(await secretField(page, "Address").getAttribute("type")).toBe("password");
    await field(page, "Connections").fill("8");
    await page.getByRole("button", { name: "New block for Login" }).click();
    const dialog = page.getByRole("dialog", { name: "New Login" });
    await dialog.getByRole("textbox", { name: "Name" }).fill("for-lake");
    await dialog.getByRole("textbox", { name: "User" }).fill("you");
    await dialog.getByLabel("Password").fill(planted);
    expect(await accessibilityProblems(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Create the block" }).click();
    await dialog.waitFor({ state: "detached" });
    await expect
      .poll(() => page.getByRole("combobox", { name: "Login" }).locator("option:checked").textContent())
      .toBe("for-lake");
    await page.getByRole("button", { name: "Add to Keys" }).click();
    await secretField(page, "Key").fill(planted);
    await page.getByRole("button", { name: "Create the block" }).click();
    await page.getByRole("heading", { name: "lake", level: 1 }).waitFor();
    await link(page, "login/for-lake").waitFor();
    expect(await withSecrets("warehouse", "lake")).toEqual({
      url: `postgres://${planted}`,
      pool: 8,
      login: { user: "you", password: planted },
      keys: [{ key: planted }],
    });
    expect(await answers()).not.toContain(planted);
    expect(problems).toEqual([]);
    await close();
  });

  test("a type that is chosen while the list still narrows is opened, however slowly its form comes", async () => {
    const { page, close } = await open("/blocks/catalog");
    const type = page.getByRole("main").getByRole("link", { name: /^Data Warehouse/ });
    await type.waitFor();
    const held = Promise.withResolvers<void>();
    await page.route(/new-block-page/, async (route) => {
      await held.promise;
      await route.continue();
    });
    await page.clock.install();
    await page.getByRole("searchbox", { name: "Find a type" }).fill("wareh");
    await type.click();
    await page.clock.runFor(1000);
    held.resolve();
    await field(page, "Name").waitFor();
    await close();
  });

  test("a taken name is refused by the server at the form, which keeps what was written", async () => {
    const { page, close } = await open("/blocks/catalog/login");
    await field(page, "Name").fill("main");
    await field(page, "User").fill("me");
    await page.getByLabel("Password").fill(planted);
    await page.getByRole("button", { name: "Create the block" }).click();
    await page.getByRole("alert").filter({ hasText: "Block already exists" }).waitFor();
    expect(await field(page, "User").inputValue()).toBe("me");
    await close();
  });

  test("a block is edited with its secrets kept, but for those that are replaced", async () => {
    const { data } = await site.client.call(readBlockDocumentByName, {
      params: { slug: "warehouse", block_document_name: "lake" },
      query: {},
    });
    expect(data).toMatchObject({ url: "********", keys: [{ key: "********" }] });
    const { page, problems, answers, close } = await open("/blocks");
    await link(page, "lake").click();
    await page.getByText("Set, and not shown").first().waitFor();
    await page.getByRole("link", { name: "Edit" }).click();
    await field(page, "Connections").fill("9");
    await page.getByRole("button", { name: "Replace Key" }).click();
    await secretField(page, "Key").fill("another-key");
    await page.getByRole("button", { name: "Replace Address" }).click();
    await page.getByRole("button", { name: "Keep the present Address" }).click();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole("button", { name: "Save the block" }).click();
    await page.getByRole("heading", { name: "lake", level: 1 }).waitFor();
    await page.getByText("9", { exact: true }).waitFor();
    expect(await withSecrets("warehouse", "lake")).toEqual({
      url: `postgres://${planted}`,
      pool: 9,
      login: { user: "you", password: planted },
      keys: [{ key: "another-key" }],
    });
    expect(await answers()).not.toContain(planted);
    expect(problems).toEqual([]);
    await close();
  });

  test("a nested block may be filled in where it belongs, and is a secret there too", async () => {
    const { page, answers, close } = await open("/blocks/catalog/warehouse");
    await field(page, "Name").fill("inline");
    await secretField(page, "Address").fill(planted);
    await page.getByRole("radio", { name: "Filled in here" }).click();
    await page.getByLabel("User").fill("inside");
    await page.getByLabel("Password").fill(planted);
    await page.getByRole("button", { name: "Create the block" }).click();
    await page.getByRole("heading", { name: "inline", level: 1 }).waitFor();
    expect(await withSecrets("warehouse", "inline")).toMatchObject({ login: { user: "inside", password: planted } });
    expect(await answers()).not.toContain(planted);
    await close();
  });

  test("the server's Secret takes a text or JSON", async () => {
    const { page, close } = await open("/blocks/catalog/secret");
    await page.getByText("which comes with the server").waitFor();
    expect(await page.getByRole("button", { name: "Delete the type…" }).count()).toBe(0);
    await field(page, "Name").fill("both");
    await page.getByRole("radio", { name: "JSON" }).click();
    await field(page, "Value").fill('{"user": "me"}');
    await page.getByRole("button", { name: "Create the block" }).click();
    await page.getByRole("heading", { name: "both", level: 1 }).waitFor();
    expect(await withSecrets("secret", "both")).toEqual({ value: { user: "me" } });
    await page.getByText('blocks.secret.read("both")').waitFor();
    await page.getByRole("radio", { name: "Python" }).click();
    await page.getByText('Secret.load("both")').waitFor();
    await page.getByRole("link", { name: "Edit" }).click();
    await page.getByRole("button", { name: "Replace Value" }).click();
    await secretField(page, "Value").fill("a text now");
    await page.getByRole("button", { name: "Save the block" }).click();
    await page.getByRole("heading", { name: "both", level: 1 }).waitFor();
    expect(await withSecrets("secret", "both")).toEqual({ value: "a text now" });
    await close();
  });

  test("the list is by type with counts, is narrowed and sorted, and follows others", async () => {
    const { page, problems, close } = await open("/blocks");
    const ofType = page.getByRole("region", { name: "Login" });
    await ofType.getByText("2", { exact: true }).waitFor();
    await save("login", "by-others", { user: "x", password: planted });
    await link(page, "by-others").waitFor();
    await page.getByRole("searchbox", { name: "Filter by name or type" }).fill("wareh");
    await link(page, "main").waitFor({ state: "detached" });
    await link(page, "lake").waitFor();
    await page.getByRole("link", { name: "Clear" }).click();
    await page.getByRole("button", { name: "Type" }).click();
    await page.getByRole("menuitemcheckbox", { name: "Secret" }).click();
    await link(page, "lake").waitFor({ state: "detached" });
    await page.goto(`${site.origin}/blocks?sort=UPDATED_DESC`);
    await page
      .getByRole("list", { name: "Blocks" })
      .getByRole("link")
      .first()
      .filter({ hasText: "by-others" })
      .waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });

  test("a deletion names what would break, and is seen by whoever has the block on the screen", async () => {
    const main = await save("login", "deleted-soon", { user: "x", password: planted });
    await save("warehouse", "around", { url: planted, login: { $ref: { block_document_id: main.id } } });
    const flow_id = await createFlowNamed(site.client, "uses");
    await site.client.call(createDeployment, {
      body: { name: "nightly", flow_id, job_variables: { env: { U: "{{ prefect.blocks.login.deleted-soon.user }}" } } },
    });
    const { page, problems, close } = await open(`/blocks/block/${main.id}`);
    const other = await open(`/blocks/block/${main.id}`);
    await other.page.getByRole("heading", { name: "deleted-soon", level: 1 }).waitFor();
    await link(page, "uses/nightly").waitFor();
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    const dialog = page.getByRole("dialog", { name: "Delete deleted-soon" });
    await dialog.getByRole("link", { name: "warehouse/around" }).waitFor();
    await dialog.getByRole("link", { name: "uses/nightly" }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Delete the block" }).click();
    await page.getByRole("heading", { name: "Blocks" }).waitFor();
    await expect(site.client.call(readBlockDocument, { params: { id: main.id }, query: {} })).rejects.toThrow();
    await other.page.getByText("The block does not exist.").waitFor();
    expect(problems).toEqual([]);
    await close();
    await other.close();
  });

  test("a parameter that is a block is chosen by name in the form for a run, and in a deployment's defaults", async () => {
    const flow_id = await createFlowNamed(site.client, "connects");
    const { id } = await site.client.call(createDeployment, {
      body: {
        name: "by-block",
        flow_id,
        enforce_parameter_schema: true,
        parameter_openapi_schema: {
          title: "Parameters",
          type: "object",
          required: ["login"],
          properties: {
            login: { $ref: "#/definitions/Login", title: "login", position: 0 },
            either: {
              anyOf: [{ $ref: "#/definitions/Login" }, { $ref: "#/definitions/Warehouse" }],
              default: null,
              title: "either",
              position: 1,
            },
            many: { $ref: "#/definitions/Many", title: "many", position: 2 },
          },
          definitions: { Login: login, Warehouse: warehouse("sha256:any"), Many: many },
        },
      },
    });
    const main = await site.client.call(readBlockDocumentByName, {
      params: { slug: "login", block_document_name: "main" },
      query: {},
    });
    const reference = { $ref: { block_document_id: main.id } };
    await register("many", "Many", many);
    await Promise.all(Array.from({ length: 201 }, (_, n) => save("many", `of-${String(n).padStart(3, "0")}`, {})));
    const { page, problems, answers, close } = await open(`/deployments/${id}/run`);
    const choice = page.getByRole("combobox", { name: "login" });
    await choice.locator("option", { hasText: "main" }).waitFor({ state: "attached" });
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.getByText("This field is required.").waitFor();
    await choice.selectOption({ label: "main" });
    await page.getByRole("combobox", { name: "either" }).locator("optgroup").nth(1).waitFor({ state: "attached" });
    await page.getByRole("combobox", { name: "either" }).selectOption({ label: "lake" });
    await page.getByText("The first 200 of 201 by name are there to choose.").waitFor();
    await page.getByRole("searchbox", { name: "Find a block for many" }).fill("of-200");
    await page.getByRole("combobox", { name: "many" }).selectOption({ label: "of-200" });
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.waitForURL(/\/runs\/flow-run\//);
    const [run] = await site.client.call(filterFlowRuns, { body: { flows: { id: { any_: [flow_id] } } } });
    expect(run?.parameters).toMatchObject({ login: reference });
    await page.goto(`${site.origin}/deployments/${id}?tab=parameters`);
    await page.getByRole("main").getByRole("button", { name: "Edit" }).click();
    await page.getByRole("dialog").getByRole("combobox", { name: "login" }).selectOption({ label: "main" });
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.goto(`${site.origin}/deployments/${id}/run`);
    await expect.poll(() => choice.locator("option:checked").textContent()).toBe("main");
    expect(await answers()).not.toContain(planted);
    expect(problems).toEqual([]);
    await close();
  }, 90_000);

  test("is found by the search, and fits a phone in the dark", async () => {
    const options = { viewport: { width: 390, height: 800 }, colorScheme: "dark" };
    const { page, problems, close } = await open("/blocks", options);
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    await link(page, "lake").waitFor();
    expect(await overflow()).toBeLessThanOrEqual(0);
    expect(await accessibilityProblems(page)).toEqual([]);
    await (await openSearch(page)).fill("inline");
    await page.getByRole("option", { name: /inline/ }).click();
    await page.getByRole("heading", { name: "inline", level: 1 }).waitFor();
    expect(await overflow()).toBeLessThanOrEqual(0);
    await page.getByRole("link", { name: "Edit" }).click();
    await page.getByRole("button", { name: "Replace Address" }).waitFor();
    expect(await overflow()).toBeLessThanOrEqual(0);
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });

  test("the type of a program is deleted with its blocks", async () => {
    await register("short-lived", "Short-lived", { title: "Short", type: "object", properties: {} });
    const made = await save("short-lived", "gone", {});
    const { page, problems, close } = await open("/blocks/catalog/short-lived");
    await page.getByRole("button", { name: "Delete the type…" }).click();
    await page.getByText("1 block of the type would be deleted with it.").waitFor();
    await page.getByRole("button", { name: "Delete the type", exact: true }).click();
    await page.getByRole("searchbox", { name: "Find a type" }).waitFor();
    await expect(site.client.call(deleteBlockDocument, { params: { id: made.id } })).rejects.toThrow();
    expect(problems).toEqual([]);
    await close();
  });
});
