import { type Client, createClient } from "@ostinato/client";
import { chooseConnection, registerLocalServer } from "@ostinato/sdk/connection";

export interface Connected {
  readonly client: Client;
  readonly auth: string | undefined;
  /** False where the server is inside this process: then nobody else can be heard of. */
  readonly overNetwork: boolean;
}

/**
 * Does something with the server that runs would use: the one that is set, one found at the default address, or one inside
 * this process on the same database.
 */
export async function withServer<T>(work: (connected: Connected) => Promise<T>): Promise<T> {
  registerLocalServer(async () => (await import("./local-server.ts")).startLocalServer());
  const { baseUrl, auth, transport, inProcess, close } = await chooseConnection(process.env);
  // A person waits: one more try is enough.
  const client = createClient({ baseUrl, auth, retries: 1, ...(transport === undefined ? {} : { transport }) });
  try {
    return await work({ client, auth, overNetwork: !inProcess });
  } finally {
    await close?.();
  }
}
