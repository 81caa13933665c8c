import { Readable } from "node:stream";
import { createLogs, downloadFlowRunLogs, filterLogs, logsOut } from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import type { Serve } from "../kernel/operation.ts";
import type { ServeSocket } from "../kernel/socket.ts";
import * as logs from "./logs.service.ts";
import { sendLogs } from "./logs-out.service.ts";

export interface LogRoutes {
  readonly context: Context;
  readonly serve: Serve;
  readonly serveSocket: ServeSocket;
}

export function logRoutes({ context, serve, serveSocket }: LogRoutes): void {
  serveSocket(logsOut, (connection) => sendLogs(context, connection));
  serve(createLogs, async ({ body, context }) => {
    await logs.create(context, body);
    return null;
  });
  serve(filterLogs, ({ body, context }) => logs.filter(context, body));
  serve(downloadFlowRunLogs, async ({ params, context, reply }) => {
    const { fileName, csv } = await logs.download(context, params.id);
    reply.header("content-disposition", attachment(fileName));
    return Readable.from(csv) as unknown as string; // The answer is streamed, so that it is never whole in memory.
  });
}

/** A name of any characters, as RFC 6266 writes it, with a plain one for old clients. */
function attachment(fileName: string): string {
  const plain = fileName.replace(/[^\w.() -]/g, "_");
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(fileName)}`;
}
