import type { Grammar } from "../grammar.ts";
import { artifacts } from "./artifacts.ts";
import { automations } from "./automations.ts";
import { deployments } from "./deployments.ts";
import { events } from "./events.ts";
import { flowRuns } from "./flow-runs.ts";
import { flows } from "./flows.ts";
import { inputs } from "./inputs.ts";
import { limits } from "./limits.ts";
import { logs } from "./logs.ts";
import { savedSearches } from "./saved-searches.ts";
import { server } from "./server.ts";
import { taskRuns } from "./task-runs.ts";

/** Every existing noun, in the order of `--nouns`. */
export const grammars: readonly Grammar[] = [
  flows,
  flowRuns,
  deployments,
  taskRuns,
  artifacts,
  logs,
  inputs,
  savedSearches,
  events,
  automations,
  limits,
  server,
];
