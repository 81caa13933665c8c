import type { ThreadTask } from "./thread-messages.ts";

/**
 * The tasks that the loaded modules of a worker thread have made, by key. Threads load modules only for their tasks, so a flow that a
 * module calls while it loads is not run again.
 */
export interface ThreadRegistry {
  readonly tasks: Map<string, ThreadTask>;
  readonly onTask: Set<() => void>;
}

const key = Symbol.for("ostinato.thread-registry");
const holder = globalThis as { [key]?: ThreadRegistry };

export function threadRegistry(): ThreadRegistry | undefined {
  return holder[key];
}

export function createThreadRegistry(): ThreadRegistry {
  holder[key] ??= { tasks: new Map(), onTask: new Set() };
  return holder[key];
}

export function registerTask(definition: ThreadTask): void {
  const registry = holder[key];
  if (registry === undefined) return;
  registry.tasks.set(definition.identity.label, definition);
  for (const listener of registry.onTask) listener();
}
