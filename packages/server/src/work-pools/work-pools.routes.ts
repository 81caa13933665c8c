import {
  countWorkPools,
  createWorkPool,
  deleteWorkPool,
  filterWorkPools,
  readWorkPool,
  updateWorkPool,
} from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";
import * as workPools from "./work-pools.service.ts";

export function workPoolRoutes(serve: Serve): void {
  serve(createWorkPool, ({ body, context }) => workPools.create(context, body));
  serve(readWorkPool, ({ params, context }) => workPools.read(context, params.name));
  serve(updateWorkPool, async ({ params, body, context }) => {
    await workPools.change(context, params.name, body);
    return null;
  });
  serve(deleteWorkPool, async ({ params, context }) => {
    await workPools.remove(context, params.name);
    return null;
  });
  serve(filterWorkPools, ({ body, context }) => workPools.filter(context, body ?? {}));
  serve(countWorkPools, ({ body, context }) => workPools.count(context, body ?? {}));
}
