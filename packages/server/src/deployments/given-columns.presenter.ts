import type { DeploymentCreate, DeploymentUpdate } from "@ostinato/protocol";
import { storableOrNull, writeJson, writeOptionalJson } from "../db/json-text.ts";
import type { Tables } from "../db/tables.ts";

/** The columns that a request gives, except for those that refer to other rows. */
export type GivenColumns = Partial<Omit<Tables["deployment"], "id" | "flow_id" | "created">>;

type Given = Partial<DeploymentCreate> | DeploymentUpdate;

/** The columns of the fields that are present, null as null. */
export function givenColumns(given: Given): GivenColumns {
  const { paused, enforce_parameter_schema: enforce, tags, run_policy, job_variables } = given;
  return {
    ...textColumns(given),
    ...jsonColumns(given),
    ...schemaColumn(given),
    ...idColumns(given),
    ...(paused === undefined ? {} : { paused: flag(paused) }),
    ...(enforce === undefined || enforce === null ? {} : { enforce_parameter_schema: flag(enforce) }),
    ...(tags === undefined ? {} : { tags: writeJson(tags) }),
    ...(run_policy === undefined ? {} : { run_policy: writeJson(run_policy ?? {}) }),
    // As in Prefect, null leaves them as they are.
    ...(job_variables === undefined || job_variables === null ? {} : { job_variables: writeJson(job_variables) }),
  };
}

const texts = ["description", "version", "path", "entrypoint"] as const;
const jsons = ["pull_steps", "concurrency_options"] as const;
const ids = ["storage_document_id", "infrastructure_document_id"] as const;

function textColumns(given: Given): GivenColumns {
  return columnsOf(texts, (name) => given[name], storableOrNull);
}

function jsonColumns(given: Given): GivenColumns {
  return columnsOf(jsons, (name) => given[name], writeOptionalJson);
}

/** As Prefect does, an empty schema is kept as one of an object without fields. */
function schemaColumn({ parameter_openapi_schema: schema }: Given): GivenColumns {
  if (schema === undefined) return {};
  const isEmpty = schema !== null && Object.keys(schema).length === 0;
  return { parameter_openapi_schema: writeOptionalJson(isEmpty ? { type: "object", properties: {} } : schema) };
}

function idColumns(given: Given): GivenColumns {
  return columnsOf(
    ids,
    (name) => given[name],
    (id) => id?.toLowerCase() ?? null,
  );
}

function columnsOf<N extends string, V>(
  names: readonly N[],
  given: (name: N) => V | null | undefined,
  column: (value: V | null) => string | null,
): Partial<Record<N, string | null>> {
  const entries = names.flatMap((name) => {
    const value = given(name);
    return value === undefined ? [] : [[name, column(value)] as const];
  });
  return Object.fromEntries(entries) as Partial<Record<N, string | null>>;
}

function flag(value: boolean): 0 | 1 {
  return value ? 1 : 0;
}
