import { jsonText } from "@ostinato/core";
import type { createTaskRun, createTaskRuns, TaskRunCreate } from "@ostinato/protocol";
import { maxTaskRunsTogether } from "@ostinato/protocol/limits";
import { gatheredCalls } from "../session/gathered-calls.ts";
import type { Session } from "../session/session.ts";

/** Characters of the runs in one request: far fewer than the server takes, and more than a hundred runs with small arguments. */
const maxCharacters = 1024 * 1024;

type Create = (run: string) => Promise<string>;

const creations = new WeakMap<Session, Create>();

/** Has the server create the task run, in one request with others that are created at the moment. Resolves with its id once it is stored. */
export function createDelayedRun(session: Session, run: TaskRunCreate): Promise<string> {
  let create = creations.get(session);
  if (create === undefined) {
    create = gatheredCreations(session);
    creations.set(session, create);
  }
  return create(jsonText(run) ?? "");
}

function gatheredCreations({ client }: Session): Create {
  return gatheredCalls<string, string>({
    most: { questions: maxTaskRunsTogether, size: maxCharacters },
    sizeOf: (run) => run.length,
    async ask(runs) {
      const [only = ""] = runs;
      if (runs.length === 1) {
        const { id } = await client.call<typeof createTaskRun>("POST /task_runs/", { encodedBody: only });
        return [id];
      }
      const encodedBody = `{"task_runs":[${runs.join(",")}]}`;
      return (await client.call<typeof createTaskRuns>("POST /task_runs/bulk_create", { encodedBody })).ids;
    },
  });
}
