import type { Counter, Histogram, Registry } from "prom-client";

/** The counters of the server, with their labels. Exported names begin with `ostinato_`. */
const counters = {
  automation_actions_total: { help: "Attempts of actions of automations", labels: ["action_type", "outcome"] },
  automation_firings_total: { help: "Firings of automations", labels: [] },
  events_recorded_total: { help: "Events kept, of all kinds and ways", labels: [] },
  events_refused_total: {
    help: "Events that came by websocket and were left out, or their states, because they are not understood",
    labels: [],
  },
  flow_run_states_total: { help: "States that flow runs were put into", labels: ["state_type"] },
  flow_run_proposals_total: {
    help: "States proposed for flow runs, by whether the run was remembered or had to be read",
    labels: ["way"],
  },
  task_run_states_total: { help: "States of task runs kept", labels: [] },
  log_lines_total: { help: "Log lines kept", labels: [] },
  retention_removed_total: { help: "Rows removed because of their age, by what they were", labels: ["kind"] },
  consumer_handled_total: { help: "Changes that consumers have handled after their commit", labels: ["consumer"] },
  consumer_failures_total: {
    help: "Failures of consumers to handle a change, each attempt counted",
    labels: ["consumer"],
  },
  requests_refused_total: {
    help: "Requests answered with 503 or 429 because there was too much to do",
    labels: ["status"],
  },
  clean_ups_total: { help: "Clean-ups after runs that workers have done, or that nobody did", labels: ["outcome"] },
  sockets_dropped_total: { help: "Websockets closed because the client read too slowly", labels: ["path"] },
  database_errors_total: { help: "Units of work that failed because the database could not do them", labels: [] },
} as const;

const histograms = {
  http_request_duration_seconds: {
    help: "Time from the first byte of a request to the last of its answer, by pattern of route",
    labels: ["method", "route", "status"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  },
  database_write_seconds: {
    help: "Time of a unit of work from its call until it is durable",
    labels: [],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 10],
  },
  commit_seconds: {
    help: "Time of a transaction with all units of work that share it",
    labels: [],
    buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 1],
  },
  retention_pass_seconds: {
    help: "Time of a whole pass over what is too old, rests included",
    labels: [],
    buckets: [0.1, 1, 10, 60, 600, 3600],
  },
  commit_units: {
    help: "Units of work that share a commit",
    labels: [],
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
  },
} as const;

type CounterName = keyof typeof counters;
type HistogramName = keyof typeof histograms;
type Labels = Readonly<Record<string, string | number>>;

type Reading = number | ReadonlyMap<string, number>;

/** A value that is read on demand: one, or one for each value of a label. */
export interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly label?: string;
  read(): Reading | Promise<Reading>;
}

/**
 * Counters and histograms for Prometheus. Before `open`, nothing is counted and nothing is loaded: a server inside a script never
 * opens it.
 */
export interface Metrics {
  add(name: CounterName, amount?: number, labels?: Labels): void;
  observe(name: HistogramName, value: number, labels?: Labels): void;
  gauge(gauge: Gauge): void;
  open(): Promise<void>;
  /** All metrics, in the format of Prometheus. */
  text(): Promise<string>;
}

interface Opened {
  readonly registry: Registry;
  readonly counters: Readonly<Record<CounterName, Counter>>;
  readonly histograms: Readonly<Record<HistogramName, Histogram>>;
}

export function createMetrics(): Metrics {
  const gauges: Gauge[] = [];
  let opening: Promise<Opened> | undefined;
  let opened: Opened | undefined;

  const open = async () => {
    opening ??= load(gauges);
    opened = await opening;
    return opened;
  };

  return {
    add: (name, amount = 1, labels = {}) => opened?.counters[name].inc(labels, amount),
    observe: (name, value, labels = {}) => opened?.histograms[name].observe(labels, value),
    gauge: (gauge) => void gauges.push(gauge),
    open: async () => void (await open()),
    text: async () => (await open()).registry.metrics(),
  };
}

async function load(gauges: readonly Gauge[]): Promise<Opened> {
  const prometheus = await import("prom-client");
  const registry = new prometheus.Registry();
  const registers = [registry];
  prometheus.collectDefaultMetrics({ register: registry });
  for (const gauge of gauges) {
    new prometheus.Gauge({
      name: `ostinato_${gauge.name}`,
      help: gauge.help,
      labelNames: gauge.label === undefined ? [] : [gauge.label],
      registers,
      async collect() {
        // An unavailable database must not hide the other metrics.
        const value = await Promise.resolve(gauge.read()).catch(() => Number.NaN);
        if (typeof value === "number") return this.set(value);
        this.reset();
        for (const [label, count] of value) this.set({ [gauge.label ?? ""]: label }, count);
      },
    });
  }
  return {
    registry,
    counters: mapValues(counters, (name, { help, labels }) => {
      return new prometheus.Counter({ name: `ostinato_${name}`, help, labelNames: labels, registers });
    }),
    histograms: mapValues(histograms, (name, { help, labels, buckets }) => {
      const histogram = { name: `ostinato_${name}`, help, labelNames: labels, buckets: [...buckets], registers };
      return new prometheus.Histogram(histogram);
    }),
  };
}

function mapValues<K extends string, V, R>(
  record: Readonly<Record<K, V>>,
  change: (name: K, value: V) => R,
): Record<K, R> {
  const entries = Object.entries(record) as [K, V][];
  return Object.fromEntries(entries.map(([name, value]) => [name, change(name, value)])) as Record<K, R>;
}
