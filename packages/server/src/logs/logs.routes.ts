import { Readable } from "node:stream";
import { createLogs, downloadFlowRunLogs, filterLogs } from "@ostinato/protocol";
import type { Serve } from "../operation.ts";
import * as logs from "./logs.service.ts";

export function logRoutes(serve: Serve): void {
  serve(createLogs, async ({ body, context }) => {
    await logs.create(context, body);
    return null;
  });
  serve(filterLogs, ({ body, context }) => logs.filter(context, body));
  serve(downloadFlowRunLogs, async ({ params, context, reply }) => {
    const { fileName, csv } = await logs.download(context, params.id);
    reply.header("content-disposition", attachment(fileName));
    return Readable.from(csv) as unknown as string; // What is sent is text; it is not held whole.
  });
}

/** A name of any characters, as RFC 6266 writes it, with a plain one for old clients. */
function attachment(fileName: string): string {
  const plain = fileName.replace(/[^\w.() -]/g, "_");
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(fileName)}`;
}
