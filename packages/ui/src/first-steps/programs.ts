import { passwordRequired } from "../base-path.ts";

/** Ways to fill an empty server. A test runs each program in exactly this form. */
export type Way = "typescript" | "python" | "prefect";

export interface Program {
  readonly file: string;
  readonly code: string;
}

/** A flow with a task: the shortest program that shows a run. */
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

/** A flow that makes a report with a table. */
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

/** A program that keeps a value for others, and reads it. */
export const firstVariable: typeof firstRun = {
  typescript: {
    file: "threshold.ts",
    code: `import { variable } from "ostinato";

await variable.set("threshold", { score: 0.8 }, { tags: ["model"] });

const { score } = (await variable.get("threshold")) as { score: number };
console.log(score);`,
  },
  python: {
    file: "threshold.py",
    code: `from prefect.variables import Variable

Variable.set("threshold", {"score": 0.8}, tags=["model"], overwrite=True)

print(Variable.get("threshold")["score"])`,
  },
};

/** A program that keeps a secret for others, and reads it. */
export const firstBlock: typeof firstRun = {
  typescript: {
    file: "keep-token.ts",
    code: `import { blocks } from "ostinato";

await blocks.secret.save("api-token", { value: "put-yours-here" }, { overwrite: true });

const { value } = await blocks.secret.read("api-token");
console.log(String(value).length);`,
  },
  python: {
    file: "keep_token.py",
    code: `from prefect.blocks.system import Secret

Secret(value="put-yours-here").save("api-token", overwrite=True)

print(len(Secret.load("api-token").get()))`,
  },
};

/** A program that tells of something that happened. */
export const firstEvent: typeof firstRun = {
  typescript: {
    file: "tell.ts",
    code: `import { emit } from "ostinato";

await emit("model.trained", {
  resource: { id: "model.churn", name: "churn" },
  payload: { accuracy: 0.93 },
});`,
  },
  python: {
    file: "tell.py",
    code: `from prefect.events import emit_event

emit_event(
    event="model.trained",
    resource={"prefect.resource.id": "model.churn", "prefect.resource.name": "churn"},
    payload={"accuracy": 0.93},
)`,
  },
};

/** A flow that is served, and runs every minute. */
export const firstDeployment: typeof firstRun = {
  typescript: {
    file: "serve.ts",
    code: `import { flow } from "ostinato";

const greet = flow(async function greet() {
  return "Hello, world";
});

await greet.serve({ name: "every-minute", cron: "* * * * *" });`,
  },
  python: {
    file: "serve.py",
    code: `from prefect import flow

@flow
def greet():
    return "Hello, world"

greet.serve(name="every-minute", cron="* * * * *")`,
  },
};

/** A task that is handed to the server, and the worker that runs it. */
export const firstBackgroundTask: typeof firstRun = {
  typescript: {
    file: "background.ts",
    code: `import { task, worker } from "ostinato";

const resize = task(async function resize(image: string) {
  return \`\${image}, smaller\`;
});

await resize.delay("cat.png");
await worker([resize]);`,
  },
  python: {
    file: "background.py",
    code: `from prefect import task

@task
def resize(image: str):
    return f"{image}, smaller"

resize.delay("cat.png")
resize.serve()`,
  },
};

/**
 * The command that starts a program against a server, at the address under which the page was opened. Where the server asks for a password,
 * the reader puts it in place of the placeholder.
 */
export function startCommand(way: Exclude<Way, "prefect">, file: string, apiBase: string): string {
  return way === "typescript"
    ? `OSTINATO_API_URL=${apiBase}${password("OSTINATO")} node ${file}`
    : `PREFECT_API_URL=${apiBase}${password("PREFECT")} python ${file}`;
}

/** For existing Prefect flows, which need no changes. */
export function prefectCommand(apiBase: string): string {
  return `prefect config set PREFECT_API_URL=${apiBase}${password("PREFECT")}`;
}

function password(prefix: "OSTINATO" | "PREFECT"): string {
  return passwordRequired ? ` ${prefix}_API_AUTH_STRING=user:password` : "";
}
