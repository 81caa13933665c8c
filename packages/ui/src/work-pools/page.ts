import { definePage } from "../define-page.ts";
import { workerQuery, workPoolListQuery, workPoolQuery, workQueueQuery } from "./work-pools.queries.ts";
import {
  readNewWorkPoolSearch,
  readWorkPoolSearch,
  readWorkPoolsSearch,
  readWorkQueueSearch,
} from "./work-pools-search.ts";

export const workPoolsPage = definePage({
  path: "/work-pools",
  search: readWorkPoolsSearch,
  questions: ({ search }) => [workPoolListQuery(search)],
  topic: () => ({ kind: "work-pools" }),
  nav: { label: "Work pools", icon: "pool", shortcut: "w" },
  load: () => import("./work-pools-page.tsx").then((module) => module.WorkPoolsPage),
});

/** Beside the pools' own addresses, since a pool may have any name. */
export const newWorkPoolPage = definePage({
  path: "/new-work-pool",
  within: "/work-pools",
  search: readNewWorkPoolSearch,
  searchDeps: () => ({}),
  questions: () => [],
  load: () => import("./new-work-pool-page.tsx").then((module) => module.NewWorkPoolPage),
});

export const workPoolPage = definePage({
  path: "/work-pools/$pool",
  formerPaths: ["/work-pools/work-pool/$pool"],
  within: "/work-pools",
  search: readWorkPoolSearch,
  searchDeps: () => ({}),
  questions: ({ params }) => [workPoolQuery(params.pool)],
  hits: {
    kind: "work-pool",
    label: "Work pools",
    icon: "pool",
    params: ({ name }) => ({ pool: name }),
  },
  load: () => import("./work-pool-page.tsx").then((module) => module.WorkPoolPage),
});

export const workQueuePage = definePage({
  path: "/work-pools/$pool/queues/$queue",
  formerPaths: ["/work-pools/work-pool/$pool/queue/$queue"],
  within: "/work-pools",
  search: readWorkQueueSearch,
  searchDeps: () => ({}),
  questions: ({ params }) => [workQueueQuery(params.pool, params.queue)],
  hits: {
    kind: "work-queue",
    label: "Work queues",
    icon: "queue",
    params: ({ name, detail }) => ({ pool: detail ?? "", queue: name }),
  },
  load: () => import("./work-queue-page.tsx").then((module) => module.WorkQueuePage),
});

export const workerPage = definePage({
  path: "/work-pools/$pool/workers/$worker",
  formerPaths: ["/work-pools/work-pool/$pool/worker/$worker"],
  within: "/work-pools",
  questions: ({ params }) => [workerQuery(params.pool, params.worker)],
  load: () => import("./worker-page.tsx").then((module) => module.WorkerPage),
});
