import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { cacheFolder } from "./cache.ts";
import { startSharedResources } from "./shared-resources.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly sharedResources: string;
  }
}

/** Vitest's globalSetup. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  // The programs that tests start are compiled once, and so are the workers of Vitest.
  process.env.NODE_COMPILE_CACHE ??= join(cacheFolder, "compiled");
  const resources = await startSharedResources();
  project.provide("sharedResources", resources.url);
  return () => resources.close();
}
