import { type Client, createClient } from "@ostinato/client";
import { chooseConnection, registerLocalServer } from "@ostinato/sdk/connection";

export interface Connected {
  readonly client: Client;
  readonly auth: string | undefined;
  /** False for a server inside this process, which receives no changes from other processes. */
  readonly overNetwork: boolean;
}

/**
 * Calls `work` with the server that runs would use: the configured one, one at the default address, or one inside this process on the same
 * database.
 */
export async function withServer<T>(work: (connected: Connected) => Promise<T>): Promise<T> {
  registerLocalServer(async () => (await import("./local-server.ts")).startLocalServer());
  const { baseUrl, auth, transport, inProcess, close } = await chooseConnection(process.env);
  // A person is waiting: one retry is enough.
  const client = createClient({
    baseUrl,
    auth,
    retries: 1,
    name: "command-line",
    ...(transport === undefined ? {} : { transport }),
  });
  try {
    return await work({ client, auth, overNetwork: !inProcess });
  } finally {
    await close?.();
  }
}
