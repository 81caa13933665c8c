import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, gunzipSync } from "node:zlib";
import { openDatabase, type TestDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

const script = "document.documentElement.dataset.theme = 'dark';";
const page = `<!doctype html><html><head><base href="/" data-ostinato-base /><script>${script}</script></head><body></body></html>`;
const code = `console.log(${JSON.stringify("a long script ".repeat(200))});`;

describe("the pages", () => {
  let folder: string;
  let database: TestDatabase;
  const servers: TestServer[] = [];
  beforeAll(async () => {
    database = await openDatabase("sqlite");
    folder = await mkdtemp(join(tmpdir(), "ostinato-ui-"));
    await mkdir(join(folder, "assets"));
    await writeFile(join(folder, "index.html"), page);
    await writeFile(join(folder, "favicon.svg"), "<svg/>");
    await writeFile(join(folder, "assets/app-1a2b.js"), code);
    await writeFile(join(folder, "assets/app-1a2b.js.br"), brotliCompressSync(code));
    await writeFile(join(folder, "assets/app-1a2b.js.map"), "{}");
    await writeFile(join(folder, ".source-hash"), "secret");
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await database.dispose();
    await rm(folder, { recursive: true });
  });

  async function get(url: string, headers: Record<string, string> = {}, basePath = "/") {
    const server = await startTestServer(database.url, { uiFolder: folder, config: { basePath } });
    servers.push(server);
    return server.app.inject({ url, headers });
  }

  test.each([
    ["/", ""],
    ["/runs/flow-run/6c1b?tab=logs", "runs/flow-run/6c1b"],
    ["/no/such/page", "no/such/page"],
    ["/%22%3E%3Cscript%3E", "%22%3E%3Cscript%3E"],
    ["/apiary", "apiary"],
  ])("%s answers index.html with the path in it", async (url, path) => {
    const { statusCode, headers, body } = await get(url);
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({ "content-type": "text/html; charset=utf-8", "cache-control": "no-cache" });
    expect(body).toContain(`<base href="/" data-ostinato-base data-ostinato-path="${path}" />`);
  });

  test("under a base path, the page knows the path, and the root redirects to it", async () => {
    const { body } = await get("/runs/x", {}, "/tools/runs/");
    expect(body).not.toContain("<base");
    expect((await get("/tools/runs/flows", {}, "/tools/runs/")).body).toContain(
      '<base href="/tools/runs/" data-ostinato-base data-ostinato-path="flows" />',
    );
    for (const url of ["/", "/tools/runs"]) {
      expect(await get(url, {}, "/tools/runs/")).toMatchObject({
        statusCode: 307,
        headers: { location: "/tools/runs/" },
      });
    }
    expect((await get("/tools/runs/api/health", {}, "/tools/runs/")).json()).toBe(true);
  });

  test("only the page's own scripts may run", async () => {
    const { headers } = await get("/");
    const hash = createHash("sha256").update(script).digest("base64");
    const policy = String(headers["content-security-policy"]);
    expect(policy).toContain(`script-src 'self' 'sha256-${hash}'`);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("connect-src 'self';");
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "same-origin",
      "x-frame-options": "DENY",
    });
  });

  test("assets are cached forever and sent compressed", async () => {
    const plain = await get("/assets/app-1a2b.js", { "accept-encoding": "identity" });
    expect(plain.headers).toMatchObject({
      "cache-control": "public, max-age=31536000, immutable",
      "content-type": "text/javascript; charset=utf-8",
    });
    expect(plain.body).toBe(code);
    const brotli = await get("/assets/app-1a2b.js", { "accept-encoding": "gzip, deflate, br" });
    expect(brotli.headers["content-encoding"]).toBe("br");
    expect(brotliDecompressSync(brotli.rawPayload).toString()).toBe(code);
    const gzip = await get("/assets/app-1a2b.js", { "accept-encoding": "gzip, br;q=0" });
    expect(gzip.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(gzip.rawPayload).toString()).toBe(code);
  });

  test("a range of a file is sent when a range is requested", async () => {
    const asked = { "accept-encoding": "identity", range: "bytes=8-10" };
    const part = await get("/assets/app-1a2b.js", asked);
    expect(part).toMatchObject({ statusCode: 206, body: code.slice(8, 11) });
    expect(part.headers["content-range"]).toBe(`bytes 8-10/${code.length}`);
    const whole = await get("/assets/app-1a2b.js", { ...asked, "accept-encoding": "gzip" });
    expect(gunzipSync(whole.rawPayload).toString()).toBe(code);
    expect((await get("/assets/app-1a2b.js", { ...asked, range: "bytes=9999999-" })).statusCode).toBe(416);
  });

  test.each(["/assets/app-1a2b.js.br", "/assets/app-1a2b.js.map"])("%s is not a file of its own", async (url) => {
    expect((await get(url)).statusCode).toBe(404);
  });

  test("other files are revalidated, and not sent again if unchanged", async () => {
    const first = await get("/favicon.svg");
    expect(first.headers).toMatchObject({ "cache-control": "no-cache", "content-type": "image/svg+xml" });
    const again = await get("/favicon.svg", { "if-none-match": String(first.headers.etag) });
    expect(again).toMatchObject({ statusCode: 304, body: "" });
  });

  test.each(["/assets/app-of-another-build.js", "/assets/../../etc/passwd", "/assets/..%2f..%2fetc%2fpasswd"])(
    "%s is not a file of the pages",
    async (url) => {
      const { statusCode, body } = await get(url);
      expect(body).not.toContain("root:");
      expect([200, 404]).toContain(statusCode);
      if (statusCode === 200) expect(body).toContain("<base");
    },
  );

  test("hidden files of the build are not served", async () => {
    expect((await get("/.source-hash")).body).toContain("<base");
  });

  test("pages that were rebuilt are served without a restart", async () => {
    const server = await startTestServer(database.url, { uiFolder: folder });
    servers.push(server);
    await server.app.inject("/");
    await writeFile(join(folder, "assets/app-2.js"), "1");
    await writeFile(join(folder, "index.html"), page.replace("<body>", "<body>anew"));
    await utimes(join(folder, "index.html"), new Date(), new Date(Date.now() + 5000));
    expect((await server.app.inject("/")).body).toContain("<body>anew");
    expect((await server.app.inject("/assets/app-2.js")).statusCode).toBe(200);
    await writeFile(join(folder, "index.html"), page);
  });

  test("if they are not built, a page explains how to build them", async () => {
    const server = await startTestServer(database.url, { uiFolder: join(folder, "nowhere") });
    servers.push(server);
    const { statusCode, body } = await server.app.inject("/runs");
    expect(statusCode).toBe(503);
    expect(body).toContain("npm run build:ui");
    expect((await server.app.inject({ method: "POST", url: "/runs" })).json()).toEqual({
      detail: "Not Found",
      code: "PATH_NOT_FOUND",
    });
  });

  test("Prefect's pages find their settings", async () => {
    expect((await get("/ui-settings")).json()).toMatchObject({ api_url: "/api", csrf_enabled: false, auth: null });
  });
});
