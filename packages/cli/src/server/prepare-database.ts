import { once } from "node:events";
import { connect } from "node:net";
import { dirname } from "node:path";
import type { Config } from "@ostinato/server/config";
import { makeFolder } from "../config/folders.ts";
import { note } from "../output/output.ts";

const betweenTriesMillis = 500;
const connectMillis = 5000;

/**
 * Throws when the folder of the file is not writable, or nothing listens at PostgreSQL's address. The server itself waits for its database,
 * which is wrong while a person waits for the prompt.
 */
export async function prepareDatabase({ database }: Config, waitSeconds = 0): Promise<void> {
  if (database.kind === "sqlite") makeFolder(dirname(database.file));
  else await postgresAnswers(database.url, waitSeconds);
}

async function postgresAnswers(url: string, waitSeconds: number): Promise<void> {
  const { hostname, port } = new URL(url);
  const giveUp = performance.now() + waitSeconds * 1000;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await tryOnce(hostname.replace(/^\[|\]$/g, ""), Number(port || 5432));
    } catch (error) {
      if (performance.now() >= giveUp) throw error;
      if (attempt === 0)
        note(`PostgreSQL does not answer yet at ${hostname}:${port || 5432}; trying for ${waitSeconds} s.`);
      await new Promise((resolve) => setTimeout(resolve, betweenTriesMillis));
    }
  }
}

async function tryOnce(host: string, port: number): Promise<void> {
  const socket = connect({ host, port, timeout: connectMillis });
  socket.once("timeout", () => socket.destroy(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })));
  try {
    await once(socket, "connect");
  } finally {
    socket.destroy();
  }
}
