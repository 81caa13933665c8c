import { Log } from "../logs.ts";
import { route } from "../route.ts";
import { Enum, Integer32, Maybe, Nullable, Offset, Open, Type, Uuid } from "../schema.ts";
import { pagesTag } from "./tag.ts";

/**
 * A window on the logs of a run: of the flow run with its task runs, or of one task run. It opens at `anchor`, at `offset`
 * (a position among the lines that match), or at a cursor of a window already read (`before`, `after`). Oldest line first.
 */
export const readLogWindow = route({
  method: "POST",
  path: "/ui/logs",
  access: "read",
  summary: "A window on the logs of a run, quick at any depth",
  tag: pagesTag,
  body: Open({
    flow_run_id: Maybe(Uuid),
    task_run_id: Maybe(Uuid),
    /** Includes the lines of subflows. */
    subflows: Maybe(Type.Boolean()),
    level: Maybe(Integer32()),
    text: Maybe(Type.String({ maxLength: 200 })),
    anchor: Maybe(Enum(["head", "tail", "first-error"] as const)),
    offset: Offset,
    before: Maybe(Type.String()),
    after: Maybe(Type.String()),
    limit: Maybe(Type.Integer({ minimum: 1, maximum: 1000 })),
  }),
  replies: {
    200: Open({
      logs: Type.Array(Log),
      /** The number of matching lines before this window; `total` counts all of them. */
      position: Type.Integer(),
      total: Type.Integer(),
      before: Nullable(Type.String()),
      after: Nullable(Type.String()),
      first_error_id: Nullable(Uuid),
      first_error_position: Nullable(Type.Integer()),
    }),
  },
});
