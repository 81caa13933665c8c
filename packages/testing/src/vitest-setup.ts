import type { TestProject } from "vitest/node";
import { startPostgresBroker } from "./postgres-broker.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly postgresBroker: string;
  }
}

/** Vitest's globalSetup: one PostgreSQL for the whole run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const broker = await startPostgresBroker();
  project.provide("postgresBroker", broker.url);
  return () => broker.close();
}
