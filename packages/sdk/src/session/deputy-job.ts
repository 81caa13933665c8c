import type { MessagePort } from "node:worker_threads";
import { ApiError, type Client, createClient, type Transport } from "@ostinato/client";
import { httpTransport } from "@ostinato/client/http";
import { formatTimestamp, systemClock, timeOrderedId } from "@ostinato/core";
import type { createEvents, createLogs, setFlowRunState } from "@ostinato/protocol";
import type { DeputyConnection, FinalReport, Sign, ToDeputy } from "./deputy-messages.ts";

export type { DeputyConnection } from "./deputy-messages.ts";

export interface DeputyOptions {
  readonly port: MessagePort;
  readonly connection: DeputyConnection;
  /** Opens a server inside this thread, on the database of the one inside the process. */
  readonly openLocal: () => Promise<Transport>;
}

/**
 * Works in a thread with its own connection to the server: sends heartbeats of the process's runs, which the main thread cannot do while it
 * computes, and the final report of an ending process, for which the main thread cannot wait.
 */
export function beDeputy({ port, connection, openLocal }: DeputyOptions): void {
  const clock = systemClock({ keepAlive: true });
  const stops = new Map<string, () => void>();
  let client: Promise<Client> | undefined;

  async function open(): Promise<Client> {
    const { baseUrl, auth, inProcess } = connection;
    return createClient({ baseUrl, auth, transport: inProcess ? await openLocal() : httpTransport(baseUrl) });
  }

  function give(sign: Sign): void {
    stops.set(
      sign.runId,
      clock.after(sign.seconds, () => {
        const now = clock.now();
        const event = { ...sign.event, id: timeOrderedId(now), occurred: formatTimestamp(now) };
        client ??= open();
        // A heartbeat that fails is followed by the next one.
        client
          .then((line) => line.call<typeof createEvents>("POST /events", { body: [event], retries: 0 }))
          .catch(() => {});
        give(sign);
      }),
    );
  }

  port.on("message", (message: ToDeputy) => {
    switch (message.type) {
      case "sign":
        return give(message.sign);
      case "silence":
        stops.get(message.runId)?.();
        stops.delete(message.runId);
        return;
      case "final-report":
        client ??= open();
        void client
          .then((line) => deliver(line, message.report))
          .catch(() => {})
          .finally(() => {
            Atomics.store(message.reported, 0, 1);
            Atomics.notify(message.reported, 0);
          });
        return;
      default:
        throw new Error(`No such message: ${JSON.stringify(message satisfies never)}`);
    }
  });
}

/** Log lines first: users read them when they look at the run. */
async function deliver(client: Client, { logs, events, ends }: FinalReport): Promise<void> {
  await inBatches(logs, (texts) =>
    client.call<typeof createLogs>("POST /logs/", { encodedBody: `[${texts.join(",")}]` }),
  );
  await inBatches(events, (texts) =>
    client.call<typeof createEvents>("POST /events", { encodedBody: `[${texts.join(",")}]` }),
  );
  for (const { flowRunId, state } of ends) {
    await client
      .call<typeof setFlowRunState>("POST /flow_runs/{id}/set_state", {
        params: { id: flowRunId },
        body: { state, force: true },
      })
      .catch(unlessRefused);
  }
}

const batch = { messages: 500, characters: 2 * 1024 * 1024 };

/** A refused message must not block the others. */
async function inBatches(texts: readonly string[], post: (texts: readonly string[]) => Promise<unknown>) {
  let start = 0;
  while (start < texts.length) {
    let end = start;
    for (let size = 0; end < texts.length && end - start < batch.messages && size < batch.characters; end += 1) {
      size += texts[end]?.length ?? 0;
    }
    await inHalves(texts.slice(start, end), post);
    start = end;
  }
}

async function inHalves(texts: readonly string[], post: (texts: readonly string[]) => Promise<unknown>): Promise<void> {
  try {
    await post(texts);
  } catch (error) {
    unlessRefused(error);
    if (texts.length <= 1 || (error as ApiError).status >= 500) return;
    const middle = texts.length >> 1;
    await inHalves(texts.slice(0, middle), post);
    await inHalves(texts.slice(middle), post);
  }
}

function unlessRefused(error: unknown): void {
  if (!(error instanceof ApiError)) throw error;
}
