/** The name and the keys of a task run, as clients send them. */
export interface NamedTaskRun {
  readonly name: string;
  readonly task_key: string;
  readonly dynamic_key: string;
}

/**
 * The name of the task that a task run belongs to: `fetch` for `fetch-12` and for `fetch-c18`. Clients number the runs of a task, Prefect's
 * with the first characters of the dynamic key. A run that was given a name of its own belongs to the task that its key names.
 */
export function taskNameOf({ name, task_key, dynamic_key }: NamedTaskRun): string {
  const named = nameInTaskKey(task_key);
  const [, base, ending] = /^(.+)-(\d+|[0-9a-f]{3})$/s.exec(name) ?? [];
  if (base === undefined || ending === undefined) return named;
  const isNumbered = base === named || `child-${base}` === named;
  return isNumbered || dynamic_key === ending || dynamic_key.slice(0, 3) === ending ? base : named;
}

/** The name in a task key, which clients end with a hyphen and eight characters. */
export function nameInTaskKey(taskKey: string): string {
  return taskKey.replace(/-[\w-]{8}$/, "");
}
