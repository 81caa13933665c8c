import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { cacheFolder } from "./cache.ts";
import { type SharedResources, startSharedResources } from "./shared-resources.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly sharedResources: string;
  }
}

/** The resources of the projects that have been set up and not yet torn down. Vitest loads this file anew for each project. */
const key = Symbol.for("ostinato.shared-resources");
const held = globalThis as { [key]?: { readonly resources: Promise<SharedResources>; users: number } };

/** Vitest's globalSetup of each project: all share the same resources. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  // The programs that tests start are compiled once, and so are the workers of Vitest.
  process.env.NODE_COMPILE_CACHE ??= join(cacheFolder, "compiled");
  held[key] ??= { resources: startSharedResources(), users: 0 };
  const shared = held[key];
  shared.users += 1;
  const resources = await shared.resources;
  project.provide("sharedResources", resources.url);
  return async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    delete held[key];
    await resources.close();
  };
}
