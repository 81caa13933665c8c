import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A service account whose tokens come from this machine. Python's clients ask for one at an emulator too. */
export interface GoogleAccount extends AsyncDisposable {
  /** The content of its key file. */
  readonly key: Readonly<Record<string, string>>;
}

/** Gives everybody a token, as Google does to who signs with the key. */
export async function startGoogleAccount(email: string): Promise<GoogleAccount> {
  const server = createServer((_, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ access_token: "token", expires_in: 3600, token_type: "Bearer" }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  return {
    key: {
      type: "service_account",
      project_id: email.replace(/^.*@|\..*$/g, ""),
      private_key_id: randomBytes(20).toString("hex"),
      private_key: privateKey,
      client_email: email,
      token_uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
