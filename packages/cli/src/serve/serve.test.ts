import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { freePort, makeWorkplace, type Workplace } from "../../test/command.ts";

// Whoever waits for programs on a busy machine waits long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let place: Workplace;

beforeAll(async () => {
  const port = await freePort();
  place = makeWorkplace({ OSTINATO_API_URL: `http://127.0.0.1:${port}/api` });
  await place.run("server", "start", "--background", "--port", String(port));
});

afterAll(async () => {
  await place.run("server", "stop");
  place.dispose();
});

/** A name that no other test uses. */
let name: string;
let counter = 0;
beforeEach(() => {
  counter += 1;
  name = `flow${counter}`;
});

const program = (body: string) => `
import { flow, log } from "ostinato";
export const ${name} = flow(async function ${name}({ n = 1 }: { n?: number }) { ${body} });
`;

async function serving<T>(args: readonly string[], work: (output: Serving) => Promise<T>): Promise<T> {
  const command = place.start("serve", ...args);
  try {
    await Promise.race([
      command.printed("serving "),
      command.finished.then((end) => Promise.reject(new Error(end.stderr))),
    ]);
    return await work({ printed: command.printed });
  } finally {
    command.child.kill("SIGTERM");
    await command.finished;
  }
}

interface Serving {
  printed(text: string): Promise<void>;
}

async function json(...args: readonly string[]) {
  const { stdout, stderr, code } = await place.run(...args, "--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

const deployment = () => `${name}/default`;

describe("ostinato serve", () => {
  test("serves the flow of a file that does not serve itself, with its schedule in words", async () => {
    place.write("served.ts", program("log.info('n is {n}', { n }); return n;"));
    await serving(["served.ts", "--cron", "0 2 * * *", "--timezone", "Asia/Seoul"], async ({ printed }) => {
      await printed(`${deployment()}, every day at 02:00 (Asia/Seoul), next at `);
      expect(await json("deployment", "inspect", deployment())).toMatchObject({
        status: "READY",
        entrypoint: `served.ts:${name}`,
        parameter_openapi_schema: { properties: { n: { default: 1 } } },
        schedules: [{ schedule: { cron: "0 2 * * *", timezone: "Asia/Seoul" } }],
      });
      const run = await place.run("deployment", "run", deployment(), "-p", "n=7", "--watch");
      expect(run.stdout).toMatch(/n is 7$/m);
      expect(run.stderr).toMatch(new RegExp(`✓ ${deployment()} .* completed after`));
      expect(run.code).toBe(0);
    });
  });

  test("a run whose flow fails ends the command that watches it with 1, and the reason", async () => {
    place.write("failing.ts", program('throw new Error("the file has a wrong name");'));
    await serving(["failing.ts"], async () => {
      const run = await place.run("deployment", "run", deployment(), "--watch");
      expect(run.stderr).toContain("the file has a wrong name");
      expect(run.code).toBe(1);
    });
  });

  test("serves all flows that a file exports, or one of them", async () => {
    place.write(
      "several.ts",
      `${program("return n;")}\nexport const other = flow({ name: "${name} other" }, async () => 2);\n`,
    );
    await serving(["several.ts"], ({ printed }) => printed(`${name} other/default`));
    await serving([`several.ts:${name}`], ({ printed }) => printed("serving 1 deployment"));
    const { code, stderr } = await place.run("serve", "several.ts:nobody");
    expect(stderr).toContain(`Error: several.ts has no export "nobody".`);
    expect(code).toBe(2);
  });

  test("registers anew what is saved, says what is wrong in it, and runs what is there", async () => {
    const file = place.write("watched.ts", program("return n;"));
    await serving(["watched.ts", "--watch"], async ({ printed }) => {
      writeFileSync(file, `${program("return n;")}\nexport const ;\n`);
      await printed("watched.ts:5: syntax error:");
      writeFileSync(file, program("log.info('saved anew'); return n;").replace("n = 1", "depth: n = 1"));
      await printed("registered anew");
      const { parameter_openapi_schema: schema } = await json("deployment", "inspect", deployment());
      expect(Object.keys(schema.properties)).toEqual(["depth"]);
      expect((await place.run("deployment", "run", deployment(), "--watch")).stdout).toContain("saved anew");
    });
  });

  test("registering the same again changes nothing, and leaves what somebody has paused", async () => {
    place.write("again.ts", program("return n;"));
    const args = ["again.ts", "--interval", "1d"];
    await serving(args, async () => {});
    const before = await json("deployment", "inspect", deployment());
    await place.run("deployment", "schedule", "pause", deployment(), before.schedules[0].id);
    const paused = await json("deployment", "inspect", deployment());
    await serving(args, async () => {});
    const { last_polled: _, status: __, ...after } = await json("deployment", "inspect", deployment());
    expect(paused).toMatchObject(after);
    expect(after.schedules).toMatchObject([{ active: false, schedule: before.schedules[0].schedule }]);
  });

  test.each([
    { args: ["--cron", "61 * * * *"], says: '`cron` "61 * * * *" can\'t be used' },
    { args: ["--cron", "0 0 30 2 *"], says: "it never runs" },
    { args: ["--interval", "0"], says: "interval is 0; give more than 0" },
    { args: ["--interval", "soon"], says: '--interval: "soon" is not a duration' },
    { args: ["--cron", "0 2 * * *", "--interval", "1d"], says: "has cron and interval; give one of them" },
    { args: ["--name", "a/b"], says: "give a name without the characters" },
  ])("refuses $args with the reason", async ({ args, says }) => {
    place.write("fine.ts", program("return n;"));
    const { code, stderr } = await place.run("serve", "fine.ts", ...args);
    expect(stderr).toContain(says);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(code).toBe(2);
  });
});

describe("what is wrong in the process of a run is the run's state, in a sentence", () => {
  /** The message of a run after the file was changed while it is served. */
  async function messageAfter(change: (file: string) => void): Promise<string> {
    const file = place.write(`changing${counter}.ts`, program("return n;"));
    return await serving([`changing${counter}.ts`], async () => {
      change(file);
      const { code, stderr } = await place.run("deployment", "run", deployment(), "--watch");
      expect(code).toBe(1);
      expect(stderr).toContain(`✗ ${deployment()}`);
      const [run] = await json("flow-run", "ls", "--flow", name);
      const { state } = await json("flow-run", "inspect", run.id);
      expect(state.type).toBe("CRASHED");
      return state.message;
    });
  }

  test("a file that no longer has the flow", async () => {
    const message = await messageAfter((file) =>
      writeFileSync(file, readFileSync(file, "utf8").replaceAll(name, "renamed")),
    );
    expect(message).toBe(
      `changing${counter}.ts has no flow "${name}" any more. Its flows are: renamed. Give the flow its name back, or serve the file anew.`,
    );
  });

  test("a file that is gone", async () => {
    const message = await messageAfter((file) => rmSync(file));
    expect(message).toBe(`The file changing${counter}.ts does not exist.`);
  });

  test("a module that is missing", async () => {
    const message = await messageAfter((file) => writeFileSync(file, `import "no-such-package";\n${program("")}`));
    expect(message).toContain(`changing${counter}.ts imports "no-such-package", which is not installed.`);
  });

  test("a folder that is missing", async () => {
    const code = `import { readdirSync } from "node:fs";\nreaddirSync("/no/such/folder");\n`;
    const message = await messageAfter((file) => writeFileSync(file, `${code}${program("")}`));
    expect(message).toContain(
      `changing${counter}.ts could not be loaded: /no/such/folder does not exist (changing${counter}.ts:2)`,
    );
  });

  test("a port that is taken", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    const { port } = await new Promise<{ port: number }>((resolve) =>
      taken.once("listening", () => resolve(taken.address() as { port: number })),
    );
    const code = `import { createServer } from "node:http";\nawait new Promise<void>((done) => createServer().listen(${port}, "127.0.0.1", done));\n`;
    const message = await messageAfter((file) => writeFileSync(file, `${code}${program("")}`));
    taken.close();
    expect(message).toContain(`port ${port} is taken by another process`);
    expect(message).toContain("belongs under if (import.meta.main)");
  });

  test("a flow that the file calls itself when it is loaded", async () => {
    const message = await messageAfter((file) => writeFileSync(file, `${program("")}\nawait ${name}({});\n`));
    expect(message).toContain(`runs flow "${name}" itself when it is loaded`);
  });

  test("the folder in which the serving process was started", async () => {
    const folder = join(place.folder, `gone${counter}`);
    const file = place.write(`moving${counter}.ts`, program("return n;"));
    (await import("node:fs")).mkdirSync(folder);
    const command = place.startIn(folder, "serve", file);
    try {
      await command.printed("serving 1 deployment");
      renameSync(folder, `${folder}-renamed`);
      rmSync(`${folder}-renamed`, { recursive: true });
      await place.run("deployment", "run", deployment(), "--watch");
      const [run] = await json("flow-run", "ls", "--flow", name);
      expect((await json("flow-run", "inspect", run.id)).state.message).toContain(
        "The folder in which the serving process was started does not exist any more",
      );
    } finally {
      command.child.kill("SIGTERM");
      await command.finished;
    }
  });
});
