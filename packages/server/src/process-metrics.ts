import { collectDefaultMetrics, Registry } from "prom-client";

const registry = new Registry();
// From the first scrape on: it looks at the event loop a hundred times a second, which a server that nobody watches need not.
collectDefaultMetrics({ register: registry });

/** CPU, memory, event loop, handles and garbage collection of this process, in the format of Prometheus. */
export function processMetrics(): Promise<string> {
  return registry.metrics();
}
