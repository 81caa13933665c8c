import { signIn, signOut } from "@ostinato/protocol";
import type { Authentication } from "../kernel/authentication.ts";
import type { Serve } from "../kernel/operation.ts";
import * as sessions from "./sessions.service.ts";

export function sessionRoutes(serve: Serve, authentication: Authentication): void {
  serve(signIn, async ({ body, request, reply }) => {
    reply.header(
      "set-cookie",
      await sessions.begin(authentication, body, { origin: request.headers.origin, address: request.ip }),
    );
    return null;
  });
  serve(signOut, async ({ reply }) => {
    reply.header("set-cookie", await sessions.end(authentication));
    return null;
  });
}
