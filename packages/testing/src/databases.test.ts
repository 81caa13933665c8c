import { existsSync } from "node:fs";
import pg from "pg";
import { expect, it } from "vitest";
import { describeOnEachDatabase } from "./databases.ts";

describeOnEachDatabase("an empty database", (database) => {
  it("has a URL of its kind", () => {
    expect(new URL(database.url).protocol).toBe(`${database.name}:`);
  });

  it("is separate from another one, and gone when disposed", async () => {
    const another = await database.another();
    expect(another.url).not.toBe(database.url);
    await another.dispose();
    expect(await isThere(another.url)).toBe(false);
  });
});

async function isThere(url: string): Promise<boolean> {
  if (url.startsWith("sqlite:")) return existsSync(new URL(url).pathname);
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
