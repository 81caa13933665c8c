/** The types of work pools for which Ostinato has a worker of its own. Workers of Prefect take the runs of all others. */
export const ownWorkerTypes: ReadonlySet<string> = new Set(["process", "docker"]);

export interface PoolToServe {
  readonly name: string;
  readonly type: string;
  /** The only queue whose runs the worker takes. */
  readonly queue?: string;
}

/** The command that starts a worker of the pool, for a POSIX shell. */
export function workerCommand(pool: PoolToServe): string {
  return ownWorkerTypes.has(pool.type) ? ownWorkerCommand(pool) : prefectWorkerCommand(pool);
}

export function ownWorkerCommand({ name, queue }: Omit<PoolToServe, "type">): string {
  return `ostinato worker start --pool ${quoted(name)}${queue === undefined ? "" : ` --queue ${quoted(queue)}`}`;
}

export function prefectWorkerCommand({ name, queue }: Omit<PoolToServe, "type">): string {
  return `prefect worker start --pool ${quoted(name)}${queue === undefined ? "" : ` --work-queue ${quoted(queue)}`}`;
}

function quoted(name: string): string {
  return /^[\w.@:-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}
