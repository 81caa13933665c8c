import { Readable } from "node:stream";
import { createLogs, downloadFlowRunLogs, downloadTaskRunLogs, filterLogs, logsOut } from "@ostinato/protocol";
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
  const send = async (run: Parameters<typeof logs.download>[1], context: Context, reply: Headed) => {
    const { fileName, csv } = await logs.download(context, run);
    reply.header("content-disposition", attachment(fileName));
    return Readable.from(csv) as unknown as string; // The answer is streamed, so that it is never whole in memory.
  };
  serve(downloadFlowRunLogs, ({ params, context, reply }) => send({ of: "flow_run", id: params.id }, context, reply));
  serve(downloadTaskRunLogs, ({ params, context, reply }) => send({ of: "task_run", id: params.id }, context, reply));
}

interface Headed {
  header(name: string, value: string): unknown;
}

/** A name of any characters, as RFC 6266 writes it, with a plain one for old clients. */
function attachment(fileName: string): string {
  const plain = fileName.replace(/[^\w.() -]/g, "_");
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(fileName)}`;
}
