import type { TestProject } from "vitest/node";
import { startSharedResources } from "./shared-resources.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly sharedResources: string;
  }
}

/** Vitest's globalSetup. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const resources = await startSharedResources();
  project.provide("sharedResources", resources.url);
  return () => resources.close();
}
