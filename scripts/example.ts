import { existsSync, globSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { ExamplePicture, ExampleProject } from "@ostinato/testing/example-project";
import { buildUi } from "@ostinato/testing/ui-build";
import { type DemoServer, startDemoServer } from "./demo/server.ts";

const examples = fileURLToPath(new URL("../examples", import.meta.url));

/** How pages look on the pictures of a README. */
const screen = { viewport: { width: 1400, height: 900 }, colorScheme: "light" } as const;
const phone = { viewport: { width: 390, height: 844 }, colorScheme: "dark" } as const;

const usage = `npm run example -- NAME starts what a project needs from package registries, runs its flows, and keeps all up until Ctrl-C.

  npm run example -- NAME --port 4300     listen elsewhere; 0 takes any free port
  npm run example -- NAME --home ./demo   keep everything in another folder than OSTINATO_HOME
  npm run example -- NAME --once          end after the flows
  npm run example -- NAME --pictures      take the pictures of its README, and end`;

try {
  await main();
} catch (error) {
  console.error(`Error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: "string" },
      home: { type: "string" },
      once: { type: "boolean", default: false },
      pictures: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const [name] = positionals;
  if (name === undefined || values.help) return console.error(`${usage}\n\n${await listed()}`);
  const file = projectFile(name);
  if (!existsSync(file)) throw new Error(`There is no project "${name}".\n\n${await listed()}`);
  const { project } = (await import(pathToFileURL(file).href)) as { readonly project: ExampleProject };
  await buildUi();
  const port = values.port === undefined ? undefined : Number(values.port);
  const server = await startDemoServer({ port, home: values.home, settings: project.serverEnvironment });
  try {
    await showProject(project, server, {
      once: values.once,
      ...(values.pictures ? { pictures: join(examples, name, "screenshots") } : {}),
    });
  } finally {
    await server.stop();
  }
}

interface Showing {
  readonly once: boolean;
  /** The folder for pictures, where they are to be taken. */
  readonly pictures?: string;
}

async function showProject(project: ExampleProject, server: DemoServer, { once, pictures }: Showing): Promise<void> {
  const { url, environment } = server;
  console.error(`Ostinato is at ${url}\n`);
  await using started = await project.start({ url, environment, say: (sentence) => console.error(sentence) });
  if (server.stopping) return;
  const stopped = new Promise<undefined>((resolve) => server.onStop(() => resolve(undefined)));
  const running = started.run();
  const path = await Promise.race([running, stopped]);
  // What is left of the flows ends with the project.
  if (path === undefined) return void running.catch(() => {});
  const page = `${url}/${path}`;
  if (pictures !== undefined) return await takePictures(url, pictures, (await started.pictures?.()) ?? []);
  console.error(`\nLook at it: ${page}`);
  if (started.next !== undefined) console.error(`\n${started.next}`);
  if (once) return;
  const { openPage } = await import("./demo/open-page.ts");
  openPage(page);
  await server.untilStopped("\nEverything stays up until Ctrl-C.");
}

async function takePictures(url: string, folder: string, pictures: readonly ExamplePicture[]): Promise<void> {
  const { launchBrowser } = await import("@ostinato/testing/browser");
  const { takePicture } = await import("./demo/picture.ts");
  await mkdir(folder, { recursive: true });
  const browser = await launchBrowser();
  try {
    for (const { name, path, isPhone = false, act } of pictures) {
      const file = join(folder, `${name}.png`);
      await takePicture(browser, { ...(isPhone ? phone : screen), url: `${url}/${path}`, file, act });
      console.error(file);
    }
  } finally {
    await browser.close();
  }
}

function projectFile(name: string): string {
  return join(examples, name, "test/project.ts");
}

async function listed(): Promise<string> {
  const names = globSync("*/test/project.ts", { cwd: examples }).map((file) => file.split(sep)[0] ?? "");
  const lines = names.toSorted().map(async (name) => {
    const { project } = (await import(pathToFileURL(projectFile(name)).href)) as { readonly project: ExampleProject };
    return `  ${name.padEnd(16)}  ${project.about}`;
  });
  return `The projects:\n${(await Promise.all(lines)).join("\n")}`;
}
