/** The label in which a task run names the runs that its caller had waited for before it made the call. */
const label = "ostinato.after";

/** The label of a task run that was called after others had ended. */
export function orderLabels(taskRunIds: readonly string[]): Readonly<Record<string, string>> {
  return taskRunIds.length === 0 ? {} : { [label]: taskRunIds.join(",") };
}

/** The task runs that a task run was called after, by its labels. */
export function calledAfter(labels: Readonly<Record<string, unknown>>): readonly string[] {
  const ids = labels[label];
  return typeof ids === "string" && ids !== "" ? ids.split(",") : [];
}

const inJson = /"ostinato\.after":\s*"([^"]*)"/;

/** The same of labels that are still JSON: most have no order and are not parsed. */
export function calledAfterInJson(labels: string): readonly string[] {
  const [, ids = ""] = inJson.exec(labels) ?? [];
  return ids === "" ? [] : ids.split(",");
}
