import { type Family, familyText, labelsText, type Sample } from "./metrics-text.ts";

/** What the server counts, with the labels of each. Names on the wire begin with `ostinato_`. */
const counters = {
  events_recorded_total: { help: "Events kept, of all kinds and ways", labels: [] },
  events_refused_total: {
    help: "Events that came by websocket and were left out, or their states, because they are not understood",
    labels: [],
  },
  flow_run_states_total: { help: "States that flow runs were put into", labels: ["state_type"] },
  task_run_states_total: { help: "States of task runs kept", labels: [] },
  log_lines_total: { help: "Log lines kept", labels: [] },
  retention_removed_total: { help: "Rows removed because of their age, by what they were", labels: ["kind"] },
  requests_refused_total: {
    help: "Requests answered with 503 or 429 because there was too much to do",
    labels: ["status"],
  },
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

/** A number that is read when somebody asks: one, or one for each value of a label. */
export interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly label?: string;
  read(): Reading | Promise<Reading>;
}

/** Counts and times for Prometheus. */
export interface Metrics {
  add(name: CounterName, amount?: number, labels?: Labels): void;
  observe(name: HistogramName, value: number, labels?: Labels): void;
  gauge(gauge: Gauge): void;
  /** All of it, in the format of Prometheus. The first call loads what knows the numbers of the process. */
  text(): Promise<string>;
}

export function createMetrics(): Metrics {
  const gauges: Gauge[] = [];
  const counted = mapValues(counters, ({ labels }) => seriesOf(labels, () => ({ total: 0 })));
  const observed = mapValues(histograms, ({ labels, buckets }) => seriesOf(labels, () => timesIn(buckets)));
  return {
    add(name, amount = 1, labels = {}) {
      counted[name].of(labels).total += amount;
    },
    observe(name, value, labels = {}) {
      const times = observed[name].of(labels);
      times.sum += value;
      times.count += 1;
      const bucket = times.upTo.findIndex((most) => value <= most);
      if (bucket !== -1) times.counts[bucket] = (times.counts[bucket] ?? 0) + 1;
    },
    gauge: (gauge) => void gauges.push(gauge),
    async text() {
      const { processMetrics } = await import("./process-metrics.ts");
      const families = [
        ...(await Promise.all(gauges.map(gaugeFamily))),
        ...Object.entries(counted).map(([name, series]) => counterFamily(name as CounterName, series)),
        ...Object.entries(observed).map(([name, series]) => histogramFamily(name as HistogramName, series)),
      ];
      return `${[await processMetrics(), ...families.map(familyText)].join("\n")}`;
    },
  };
}

/** What is counted under one name: a value for each combination of labels, by their text. */
interface Series<V> {
  readonly values: ReadonlyMap<string, V>;
  of(labels: Labels): V;
}

function seriesOf<V>(names: readonly string[], start: () => V): Series<V> {
  const values = new Map<string, V>();
  // What has no labels is 0 before anything is counted.
  if (names.length === 0) values.set("", start());
  return {
    values,
    of(labels) {
      const key = names.length === 0 ? "" : labelsText(names.map((name) => [name, labels[name] ?? ""]));
      const known = values.get(key);
      if (known !== undefined) return known;
      const value = start();
      values.set(key, value);
      return value;
    },
  };
}

/** Values by the smallest bucket that they fit in; those that fit in none are in the count only. */
interface Times {
  readonly upTo: readonly number[];
  readonly counts: number[];
  sum: number;
  count: number;
}

function timesIn(upTo: readonly number[]): Times {
  return { upTo, counts: upTo.map(() => 0), sum: 0, count: 0 };
}

async function gaugeFamily({ name, help, label = "", read }: Gauge): Promise<Family> {
  // A database that is away must not take the other numbers with it.
  const reading = await Promise.resolve()
    .then(read)
    .catch(() => Number.NaN);
  const samples: Sample[] =
    typeof reading === "number"
      ? [{ labels: "", value: reading }]
      : Array.from(reading, ([value, of]) => ({ labels: labelsText([[label, value]]), value: of }));
  return { name, help, type: "gauge", samples };
}

function counterFamily(name: CounterName, { values }: Series<{ total: number }>): Family {
  const samples = Array.from(values, ([labels, { total }]) => ({ labels, value: total }));
  return { name, help: counters[name].help, type: "counter", samples };
}

function histogramFamily(name: HistogramName, { values }: Series<Times>): Family {
  const samples = Array.from(values, ([labels, times]) => timesSamples(labels, times)).flat();
  return { name, help: histograms[name].help, type: "histogram", samples };
}

/** Each bucket holds those before it too. */
function timesSamples(labels: string, { upTo, counts, sum, count }: Times): readonly Sample[] {
  let soFar = 0;
  const bucket = (most: string, value: number): Sample => {
    const all = [labels, labelsText([["le", most]])].filter((text) => text !== "").join(",");
    return { suffix: "_bucket", labels: all, value };
  };
  const buckets = upTo.map((most, index) => {
    soFar += counts[index] ?? 0;
    return bucket(String(most), soFar);
  });
  return [
    ...buckets,
    bucket("+Inf", count),
    { suffix: "_sum", labels, value: sum },
    { suffix: "_count", labels, value: count },
  ];
}

function mapValues<const T extends Readonly<Record<string, unknown>>, R>(
  record: T,
  change: (value: T[keyof T]) => R,
): Readonly<Record<keyof T, R>> {
  const entries = Object.entries(record) as [keyof T, T[keyof T]][];
  return Object.fromEntries(entries.map(([name, value]) => [name, change(value)])) as Record<keyof T, R>;
}
