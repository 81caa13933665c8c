/** What the worker has done so far, for its metrics. */
export class Counts {
  claimed = 0;
  adopted = 0;
  givenBack = 0;
  failedClaims = 0;
  readonly ended = new Map<string, number>();

  /** The job of a run has ended while the run was in a state of this type. */
  runEnded(stateType: string): void {
    this.ended.set(stateType, (this.ended.get(stateType) ?? 0) + 1);
  }
}

/** How the worker stands now. */
export interface WorkerStatus {
  readonly runs: number;
  readonly limit: number;
  readonly hasContact: boolean;
  readonly hasChannel: boolean;
  readonly isDraining: boolean;
  readonly hasPool: boolean;
  /** Seconds since the worker last asked for runs; undefined before. */
  readonly secondsSinceClaim: number | undefined;
}

/** The text that Prometheus reads. */
export function metricsText(counts: Counts, status: WorkerStatus): string {
  return [
    ...series("ostinato_worker_runs", "gauge", "Runs that the worker has taken and that have not ended", status.runs),
    ...series("ostinato_worker_run_limit", "gauge", "Runs that the worker takes at once", status.limit),
    ...series("ostinato_worker_contact", "gauge", "1 while the server answers", Number(status.hasContact)),
    ...series("ostinato_worker_channel", "gauge", "1 while the server pushes due runs", Number(status.hasChannel)),
    ...series("ostinato_worker_draining", "gauge", "1 while the worker takes no more runs", Number(status.isDraining)),
    ...series("ostinato_worker_claimed_total", "counter", "Runs that the worker has claimed", counts.claimed),
    ...series("ostinato_worker_adopted_total", "counter", "Runs of lost workers that it has adopted", counts.adopted),
    ...series("ostinato_worker_given_back_total", "counter", "Claims that it has given back", counts.givenBack),
    ...series("ostinato_worker_failed_claims_total", "counter", "Requests for runs that failed", counts.failedClaims),
    ...head("ostinato_worker_ended_total", "counter", "Runs whose job has ended, by the type of their state then"),
    ...[...counts.ended].map(([type, count]) => `ostinato_worker_ended_total{state_type="${type}"} ${count}`),
    ...series("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", process.memoryUsage.rss()),
    "",
  ].join("\n");
}

function series(name: string, type: "counter" | "gauge", help: string, value: number): readonly string[] {
  return [...head(name, type, help), `${name} ${value}`];
}

function head(name: string, type: "counter" | "gauge", help: string): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}
