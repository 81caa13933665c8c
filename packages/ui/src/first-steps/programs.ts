import { passwordRequired } from "../base-path.ts";

/** Ways to fill an empty server. Each program is run by a test exactly as it stands here. */
export type Way = "typescript" | "python" | "prefect";

export interface Program {
  readonly file: string;
  readonly code: string;
}

/** A flow with a task: the shortest program that shows what a run is. */
export const firstRun: Readonly<Record<Exclude<Way, "prefect">, Program>> = {
  typescript: {
    file: "greet.ts",
    code: `import { flow, task } from "ostinato";

const hello = task(async function hello(name: string) {
  return \`Hello, \${name}\`;
});

const greet = flow(async function greet() {
  return await hello("world");
});

await greet();`,
  },
  python: {
    file: "greet.py",
    code: `from prefect import flow, task

@task
def hello(name: str):
    return f"Hello, {name}"

@flow
def greet():
    return hello("world")

greet()`,
  },
};

/** A flow that leaves a report with a table. */
export const firstArtifact: typeof firstRun = {
  typescript: {
    file: "report.ts",
    code: `import { artifact, flow } from "ostinato";

const report = flow(async function report() {
  await artifact.markdown({ key: "report", markdown: "# It went well" });
  await artifact.table({ key: "errors", table: [{ month: "2021-01", error: 7.7 }] });
});

await report();`,
  },
  python: {
    file: "report.py",
    code: `from prefect import flow
from prefect.artifacts import create_markdown_artifact, create_table_artifact

@flow
def report():
    create_markdown_artifact(key="report", markdown="# It went well")
    create_table_artifact(key="errors", table=[{"month": "2021-01", "error": 7.7}])

report()`,
  },
};

/**
 * What starts a program of each way against a server: the address is the one under which the page was opened. Where the server
 * asks for a password, the reader writes it in place of the words that stand for it.
 */
export function startCommand(way: Exclude<Way, "prefect">, file: string, apiBase: string): string {
  return way === "typescript"
    ? `OSTINATO_API_URL=${apiBase}${password("OSTINATO")} node ${file}`
    : `PREFECT_API_URL=${apiBase}${password("PREFECT")} python ${file}`;
}

/** For those who have Prefect flows already: nothing in them changes. */
export function prefectCommand(apiBase: string): string {
  return `prefect config set PREFECT_API_URL=${apiBase}${password("PREFECT")}`;
}

function password(prefix: "OSTINATO" | "PREFECT"): string {
  return passwordRequired ? ` ${prefix}_API_AUTH_STRING=user:password` : "";
}
