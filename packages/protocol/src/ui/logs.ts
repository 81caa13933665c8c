import { Log } from "../logs.ts";
import { route } from "../route.ts";
import { Enum, Integer32, Maybe, MomentInput, Nullable, Offset, Open, Type, Uuid } from "../schema.ts";
import { pagesTag } from "./tag.ts";

/** Which lines of a run: of the flow run with its task runs, or of one task run; lines must pass all that is given. */
const lines = {
  flow_run_id: Maybe(Uuid),
  task_run_id: Maybe(Uuid),
  /** Includes the lines of subflows. */
  subflows: Maybe(Type.Boolean()),
  level: Maybe(Integer32()),
  text: Maybe(Type.String({ maxLength: 200 })),
  /** Only lines of the runs of this task. */
  task_key: Maybe(Type.String({ maxLength: 1000 })),
  /** Only lines from this moment on, and before that one: those of one attempt. */
  since: Maybe(MomentInput),
  until: Maybe(MomentInput),
};

/**
 * A window on the logs of a run. It opens at `anchor`, at `offset` (a position among the lines that match), at `line` (the number of a
 * line in the whole log), or at a cursor of a window already read (`before`, `after`). Oldest line first.
 */
export const readLogWindow = route({
  method: "POST",
  path: "/ui/logs",
  access: "read",
  summary: "A window on the logs of a run, quick at any depth",
  tag: pagesTag,
  body: Open({
    ...lines,
    /** `failure` is the last error of the task run that brought the flow run down, or else the last error. */
    anchor: Maybe(Enum(["head", "tail", "first-error", "failure"] as const)),
    /** Whose failure is meant, of a flow run that was retried: the number of an attempt, or the last one. */
    attempt: Maybe(Integer32({ minimum: 1 })),
    offset: Offset,
    /** The window opens at this line, or at the next one that matches. */
    line: Maybe(Integer32({ minimum: 1 })),
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
      /** The number of each line in the whole log, counted from 1. Null where every line matches: the positions say it then. */
      numbers: Nullable(Type.Array(Type.Integer())),
      /** The position of the line at which the window opens. */
      opens_at: Type.Integer(),
      before: Nullable(Type.String()),
      after: Nullable(Type.String()),
      first_error_id: Nullable(Uuid),
      first_error_position: Nullable(Type.Integer()),
      /** How many of the matching lines are errors. */
      error_count: Type.Integer(),
    }),
  },
});

/** A line among those that match: the next or the previous one, after the last one the first one again. */
export const findLogLine = route({
  method: "POST",
  path: "/ui/logs/find",
  access: "read",
  summary: "Find the next or the previous error, or line with a text, in the logs of a run",
  tag: pagesTag,
  body: Open({
    ...lines,
    /** The text to find; without it errors are found. */
    find: Maybe(Type.String({ minLength: 1, maxLength: 200 })),
    direction: Enum(["next", "previous"] as const),
    /** The line from which to go on; without it the first one is found, or the last one. */
    from: Maybe(Open({ timestamp: MomentInput, id: Uuid })),
  }),
  replies: {
    200: Open({
      /** Null where no line is found. */
      found: Nullable(
        Open({
          log: Log,
          /** The number of matching lines before it. */
          position: Type.Integer(),
          /** Its number in the whole log. */
          line: Type.Integer(),
          /** Which one it is of those that could be found, counted from 1. */
          index: Type.Integer(),
        }),
      ),
      total: Type.Integer(),
    }),
  },
});
