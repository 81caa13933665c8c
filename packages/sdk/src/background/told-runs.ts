const taskRunResource = /"prefect\.resource\.id":"prefect\.task-run\.([0-9a-f-]{36})"/;

/** The ids of the task runs of which these events tell, which are JSON texts. */
export function toldRuns(events: readonly string[]): readonly string[] {
  return events.flatMap((text) => taskRunResource.exec(text)?.[1] ?? []);
}
