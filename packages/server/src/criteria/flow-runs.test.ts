import { flowRunSearch } from "../../test/criteria/searches.ts";
import { describeSearch } from "../../test/criteria/suite.ts";

// Deployments, work pools and work queues are looked for by the runs that are theirs.
describeSearch("flow runs", ["flow_runs", "deployments", "work_pools", "work_pool_queues"], flowRunSearch);
