import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "@ostinato/core";
import type { Deployment, Flow, FlowRun } from "@ostinato/protocol";
import { fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { recordingLog, startTestServer, type TestServer } from "../../test/harness.ts";

type Json = Readonly<Record<string, unknown>>;

/** The status of an answer, and its detail where it is a refusal. */
type Answer = readonly [status: number, detail?: unknown];

type Question =
  | "pool"
  | "changed pool"
  | "deployment"
  | "deployment without variables"
  | "changed deployment"
  | "changed deployment without its pool"
  | "run"
  | "run without variables"
  | "changed run";

/** A line of what `ask.py` writes: a job template, the job variables of a deployment and a run, and Prefect's answers. */
type Line = readonly [
  template: Json,
  deployment: unknown,
  run: unknown,
  answers: Readonly<Partial<Record<Question, Answer>>>,
];

const lines = readFileSync(join(import.meta.dirname, "../../../job-templates/test/vectors/answers.jsonl"), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => parseJson(line) as Line);

describeOnEachDatabase("job templates and job variables", (database) => {
  const clock = fakeClock("2030-01-01T00:00:00Z");
  let server: TestServer;
  let flowId: string;
  let made = 0;
  const { log, lines: logged } = recordingLog();
  beforeAll(async () => {
    server = await startTestServer(database.url, { clock, log });
    flowId = (await server.call<Flow>("POST", "/flows/", { name: "templates" })).body.id;
  });
  afterAll(() => server.stop());

  /** A pool with the template. A change is refused for less than a creation. */
  async function poolWith(template: Json): Promise<string> {
    made += 1;
    const name = `pool ${made}`;
    const changed = await changedPool(name, template);
    expect(changed, JSON.stringify(changed.body)).toMatchObject({ status: 204 });
    return name;
  }

  async function changedPool(name: string, template: Json) {
    await server.call("POST", "/work_pools/", { name, type: "process" });
    return server.call("PATCH", `/work_pools/${name}`, { base_job_template: template });
  }

  function deploy(pool: string, given: object = {}) {
    made += 1;
    const body = { name: `deployment ${made}`, flow_id: flowId, work_pool_name: pool, ...given };
    return server.call<Deployment>("POST", "/deployments/", body);
  }

  function run(id: string, given: object = {}) {
    return server.call<FlowRun>("POST", `/deployments/${id}/create_flow_run`, given);
  }

  async function answersTo([template, deployment, variables]: Line): Promise<Partial<Record<Question, Answer>>> {
    made += 1;
    const [fresh, pool] = [`fresh ${made}`, `pool ${made}`];
    const first = {
      pool: said(
        await server.call("POST", "/work_pools/", { name: fresh, type: "process", base_job_template: template }),
      ),
      "changed pool": said(await changedPool(pool, template)),
    };
    if (first["changed pool"][0] >= 400) return first;
    const created = await deploy(pool, { job_variables: deployment });
    const plain = await deploy(pool);
    const answers: Partial<Record<Question, Answer>> = {
      ...first,
      deployment: said(created),
      "deployment without variables": said(plain),
    };
    const change = (body: object) => server.call("PATCH", `/deployments/${plain.body.id}`, body);
    answers["changed deployment"] = said(await change({ work_pool_name: pool, job_variables: deployment }));
    answers["changed deployment without its pool"] = said(await change({ job_variables: deployment }));
    if (created.status >= 400) return answers;
    answers.run = said(await run(created.body.id, { job_variables: variables }));
    const createdRun = await run(created.body.id);
    answers["run without variables"] = said(createdRun);
    if (createdRun.status >= 400) return answers;
    const changed = await server.call("PATCH", `/flow_runs/${createdRun.body.id}`, { job_variables: variables });
    return { ...answers, "changed run": said(changed) };
  }

  test("are refused as Prefect refuses them, by status and sentence", async () => {
    expect(lines.length).toBeGreaterThan(70);
    const different: string[] = [];
    for (const line of lines) {
      const ours = await answersTo(line);
      for (const [question, prefect] of Object.entries(line[3]) as [Question, Answer][]) {
        if (!isAlike(question, ours[question], prefect))
          different.push(JSON.stringify([question, ours[question], prefect, ...line.slice(0, 3)]));
      }
    }
    expect(different).toEqual([]);
  });

  test("a template whose placeholder no variable has is refused at its field, with the variable that was meant", async () => {
    const misspelt = { ...template, job_configuration: { image: "{{ imag }}" } };
    const body = {
      exception_detail: [
        {
          loc: ["body", "base_job_template"],
          msg: expect.stringContaining("`job_configuration.image` of the job template has the placeholder {{ imag }}"),
        },
      ],
    };
    const given = { name: "misspelt", type: "process", base_job_template: misspelt };
    expect(await server.call("POST", "/work_pools/", given)).toMatchObject({ status: 422, body });
    expect(await server.call("GET", "/work_pools/misspelt")).toMatchObject({ status: 404 });
    expect(await changedPool("unchanged", misspelt)).toMatchObject({ status: 422, body });
    expect(await server.call("GET", "/work_pools/unchanged")).toMatchObject({ body: { base_job_template: {} } });
  });

  test("what Prefect takes without a word is logged", async () => {
    logged.splice(0);
    const env = { type: "object", default: { PATH: "{{ env }}/bin" } };
    const image = { type: "string", default: 5 };
    const nested = {
      job_configuration: { env: "{{ env }}", image: "{{ image }}" },
      variables: { properties: { env, image } },
    };
    const pool = await poolWith(nested);
    expect(logged).toEqual([
      "the job template of a work pool has a problem",
      "the job template of a work pool works otherwise than it looks",
    ]);
    await deploy(pool, { job_variables: { imag: "flows:1" } });
    expect(logged.slice(2)).toEqual(["a deployment has a job variable that changes nothing"]);
  });

  test("variables are refused with the field, the value and what it should be", async () => {
    const pool = await poolWith(template);
    expect(await deploy(pool, { job_variables: { memory: 512 } })).toMatchObject({
      status: 422,
      body: {
        code: "JOB_VARIABLES_REFUSED",
        detail:
          "Error creating deployment: Validation failed for field 'memory'. Failure reason: 512 is not valid under any of the given schemas",
      },
    });
    const { body } = await deploy(pool);
    expect(await run(body.id)).toMatchObject({
      status: 422,
      body: {
        code: "JOB_VARIABLES_REFUSED",
        detail: "Error creating flow run: Validation failed. Failure reason: 'image' is a required property",
      },
    });
    expect(await run(body.id, { job_variables: { image: "flows:1" } })).toMatchObject({ status: 201 });
  });

  test("variables of one run in a bulk leave the others alone", async () => {
    const { body } = await deploy(await poolWith(template), { job_variables: { image: "flows:1" } });
    const given = [{ job_variables: { memory: "1G" } }, { job_variables: { memory: "much" } }];
    const { body: answer } = await server.call("POST", `/deployments/${body.id}/create_flow_run/bulk`, given);
    expect(answer).toMatchObject({
      results: [
        { status: "CREATED", error: null },
        {
          status: "FAILED",
          error:
            "Error creating flow run: Validation failed for field 'memory'. Failure reason: 'much' does not match '^[0-9]+G$'",
        },
      ],
    });
  });

  test("variables of a schema that refers to itself without an end are refused, and the server goes on", async () => {
    const variables = {
      properties: { a: { $ref: "#/definitions/A" } },
      definitions: { A: { $ref: "#/definitions/A" } },
    };
    const pool = await poolWith({ job_configuration: { a: "{{ a }}" }, variables });
    expect(await deploy(pool, { job_variables: { a: 1 } })).toMatchObject({
      status: 422,
      body: {
        code: "INVALID_SCHEMA",
        detail: "Invalid schema: Unable to validate schema with circular references.",
      },
    });
    expect(await deploy(pool)).toMatchObject({ status: 201 });
  });
});

const template = {
  job_configuration: { image: "{{ image }}", memory: "{{ memory }}" },
  variables: {
    type: "object",
    properties: { image: { type: "string" }, memory: { type: "string", pattern: "^[0-9]+G$" } },
    required: ["image"],
  },
};

function said({ status, body }: { readonly status: number; readonly body: unknown }): Answer {
  if (status < 400) return [status];
  const { detail, exception_detail: problems } = Object(body);
  if (!Array.isArray(problems)) return [status, detail];
  return [status, problems.map(({ loc }) => loc)];
}

/** Where Prefect fails, ours is any answer but a failure; a change is refused in the sentence of a creation, which names the field. */
function isAlike(question: Question, ours: Answer | undefined, prefect: Answer): boolean {
  if (ours === undefined) return false;
  if (prefect[0] >= 500) return ours[0] < 500;
  if (ours[0] !== prefect[0]) return false;
  if (ours[0] === 409)
    return (
      question === "changed deployment" && String(ours[1]).startsWith("Error updating deployment: Validation failed")
    );
  if (ours[0] === 404) return String(ours[1]).startsWith(String(prefect[1]));
  return JSON.stringify(ours[1]) === JSON.stringify(prefect[1]);
}
