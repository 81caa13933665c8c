import { pythonLiteral } from "../flow-run/start-commands.ts";

export interface Called {
  /** `flow/deployment`. */
  readonly name: string;
  readonly id: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The address of the API, as the page knows it. */
  readonly apiBase: string;
}

export const languages = [
  { value: "typescript", label: "TypeScript" },
  { value: "python", label: "Python" },
  { value: "cli", label: "Command line" },
  { value: "curl", label: "curl" },
] as const;
export type Language = (typeof languages)[number]["value"];

/** A program or command that starts a run of the deployment with these parameters. */
export function snippet(language: Language, called: Called): string {
  switch (language) {
    case "typescript":
      return typescript(called);
    case "python":
      return python(called);
    case "cli":
      return cli(called);
    case "curl":
      return curl(called);
    default:
      return language satisfies never;
  }
}

function typescript({ name, parameters }: Called): string {
  const options = isEmpty(parameters) ? "" : `, {\n  parameters: ${indented(JSON.stringify(parameters, null, 2))},\n}`;
  return `import { runDeployment } from "ostinato";\n\nconst { state } = await runDeployment(${JSON.stringify(name)}${options});`;
}

function python({ name, parameters }: Called): string {
  const values = Object.entries(parameters).map(
    ([key, value]) => `        ${JSON.stringify(key)}: ${pythonLiteral(value)},`,
  );
  const given = values.length === 0 ? "" : `,\n    parameters={\n${values.join("\n")}\n    },\n`;
  return `from prefect.deployments import run_deployment\n\nflow_run = run_deployment(\n    ${JSON.stringify(name)}${given === "" ? ",\n" : given})`;
}

function cli({ name, parameters }: Called): string {
  const given = Object.entries(parameters).map(([key, value]) => ` -p ${quoted(`${key}=${cliText(value)}`)}`);
  return `npx ostinato deployment run ${quoted(name)}${given.join("")} --watch`;
}

/** The command line reads a value as JSON where it is JSON, and as text otherwise. */
function cliText(value: unknown): string {
  return typeof value === "string" && !isJson(value) ? value : JSON.stringify(value);
}

function curl({ id, parameters, apiBase }: Called): string {
  const body = quoted(JSON.stringify({ parameters }));
  return `curl -X POST ${apiBase}/deployments/${id}/create_flow_run \\\n  -H 'Content-Type: application/json' \\\n  -d ${body}`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isEmpty(parameters: Called["parameters"]): boolean {
  return Object.keys(parameters).length === 0;
}

function indented(text: string): string {
  return text.replaceAll("\n", "\n  ");
}

function quoted(text: string): string {
  return /^[\w./:@=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
