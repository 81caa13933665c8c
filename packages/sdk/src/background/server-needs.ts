import { UsageError } from "../errors.ts";
import type { Session } from "../session/session.ts";
import type { TaskDefinition } from "../task/task-definition.ts";

/** The server keeps longer keys in another form, by which a worker would not know its tasks again. */
const maxKeyLength = 400;

/** Whoever delays a task and whoever works on it have to mean the same one. */
export function requireKnownTask({ identity, name }: TaskDefinition): void {
  if (identity.doubt !== undefined) {
    throw new UsageError(
      `${identity.doubt} A worker would not know which one to run. Give it a key: task({ key: "…" })`,
    );
  }
  if (identity.label.length <= maxKeyLength) return;
  throw new UsageError(
    `The key of task "${name}" has ${identity.label.length} characters. Background tasks need one of up to ${maxKeyLength}.`,
  );
}

/** Background tasks need a server that both programs reach, and that keeps arguments and results. */
export function requireServer({ connection, server }: Session, what: string): void {
  if (connection.inProcess === true) {
    throw new UsageError(
      `${what} needs a server, and none answers. Start one with "ostinato server start", or name it in OSTINATO_API_URL.`,
    );
  }
  if (server === undefined) {
    throw new UsageError(`${what} needs a server of Ostinato, and ${connection.baseUrl} is one of Prefect.`);
  }
}
