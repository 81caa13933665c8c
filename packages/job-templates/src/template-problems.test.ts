import { expect, test } from "vitest";
import { type JsonObject, templateProblem, templateWarnings, unknownJobVariables } from "./index.ts";

function template(job_configuration: unknown, properties: JsonObject, more: JsonObject = {}): JsonObject {
  return { job_configuration, variables: { type: "object", properties, ...more } };
}

const string = { type: "string" };

test("a template is empty, or has both parts", () => {
  expect(templateProblem({})).toBeUndefined();
  expect(templateProblem(template({ image: "{{ image }}" }, { image: string }))).toBeUndefined();
  expect(templateProblem({ variables: { type: "object" } })).toEqual({
    path: ["job_configuration"],
    sentence:
      '`job_configuration` of the job template is missing: give an object with what a worker is told, such as {"image": "{{ image }}"}. An empty template, {}, leaves both to the first worker.',
  });
  expect(templateProblem({ job_configuration: { a: 1 }, variables: [1] })?.sentence).toContain(
    "`variables` of the job template is [1]: give an object with the JSON schema of the values",
  );
  expect(templateProblem({ job_configuration: {}, variables: {} })?.path).toEqual(["job_configuration"]);
});

test("a placeholder that no variable has is named, with the variable that was meant", () => {
  expect(templateProblem(template({ limits: [{ cpu: "{{ cpus }}" }] }, { cpu: string, image: string }))).toEqual({
    path: ["job_configuration", "limits"],
    sentence:
      '`job_configuration.limits` of the job template has the placeholder {{ cpus }}, and `variables.properties` declares no "cpus": it declares cpu, image. Did you mean "cpu"? Declare it there, or name another variable.',
  });
});

test("a placeholder in the name of a field is looked at too", () => {
  expect(templateProblem(template({ labels: { "{{ team }}": 1 } }, {}))?.sentence).toContain("it declares none.");
});

test("placeholders of blocks, variables and the environment belong into values", () => {
  const block = templateProblem(template({ key: "{{ prefect.blocks.secret.key }}" }, {}));
  expect(block?.sentence).toContain(
    "put {{ prefect.blocks.secret.key }} into its `default`, and name that variable here.",
  );
  const environment = templateProblem(template({ home: "{{ $HOME }}" }, {}));
  expect(environment?.sentence).toContain('put {{ $HOME }} into the `default` of the variable "env".');
});

test("a variable that contains itself is warned of", () => {
  const env = { type: "object", default: { HERE: "x{{ env }}" } };
  expect(templateWarnings(template({ env: "{{ env }}" }, { env }))).toEqual([
    {
      path: ["variables", "properties", "env", "default"],
      sentence:
        'The default of the variable "env" has the placeholder {{ env }}, and so contains itself: give it a value without it.',
    },
  ]);
});

test("a schema that leads back to itself is warned of, and one that contains itself in a value is not", () => {
  const properties = {
    loop: { $ref: "#/definitions/A" },
    tree: { $ref: "#/definitions/Tree" },
    lost: { $ref: "#/no" },
  };
  const definitions = {
    A: { allOf: [{ type: "object" }, { $ref: "#/definitions/B" }] },
    B: { $ref: "#/definitions/A" },
    Tree: { type: "object", properties: { left: { $ref: "#/definitions/Tree" } } },
  };
  const configuration = { loop: "{{ loop }}", tree: "{{ tree }}", lost: "{{ lost }}" };
  expect(
    templateWarnings(template(configuration, properties, { definitions })).map(({ sentence }) => sentence),
  ).toEqual([
    'The schema of the variable "loop" leads back to itself by #/definitions/A, so that no value can be checked: give it a type.',
  ]);
});

test("a default that is not filled is warned of, but for environment variables, which are", () => {
  const properties = {
    env: { type: "object", default: { APP: "{{ app }}", HOME: "{{ $HOME }}" } },
    app: string,
    image: { ...string, default: "registry/{{ app }}" },
    folder: { ...string, default: "{{ $HOME }}/runs" },
    token: { ...string, default: "{{ prefect.blocks.secret.token }}" },
  };
  const configuration = {
    env: "{{ env }}",
    image: "{{ image }}{{ app }}",
    folder: "{{ folder }}",
    token: "{{ token }}",
  };
  const sentences = templateWarnings(template(configuration, properties)).map(({ sentence }) => sentence);
  expect(sentences).toEqual([
    'The default of the variable "image" has the placeholder {{ app }}, which stays as it is written: put {{ app }} into `job_configuration`, in the place of {{ image }}.',
    'The default of the variable "folder" has the placeholder {{ $HOME }}, which stays as it is written: only the variable "env" may refer to the worker\'s environment.',
  ]);
});

test("variables that change nothing, and required ones that are not there, are warned of", () => {
  const warned = templateWarnings(
    template({ image: "{{ image }}" }, { image: string, memory: string }, { required: ["imgae"] }),
  );
  expect(warned.map(({ sentence }) => sentence)).toEqual([
    '`job_configuration` has no {{ memory }}, so that the variable "memory" changes nothing: put it there, or leave the variable out.',
    '`variables.required` names "imgae", which `variables.properties` does not declare. Did you mean "image"? Declare it there, or take it out of `required`.',
  ]);
});

test("a job variable that the template does not know is named, with the one that was meant", () => {
  const known = template({ env: "{{ env }}", image: "{{ image }}" }, { env: { type: "object" }, image: string });
  expect(unknownJobVariables(known, { imag: "a", "env.LOG": "b", image: "c" }).map(({ sentence }) => sentence)).toEqual(
    ['The work pool\'s job template has no variable "imag", so that it changes nothing. Did you mean "image"?'],
  );
  expect(unknownJobVariables({}, { anything: 1 })).toEqual([]);
});
