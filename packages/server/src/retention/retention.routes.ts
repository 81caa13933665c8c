import { previewRetention, readRetention, runRetention } from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";
import { describe, preview, type Retention } from "./retention.service.ts";

export function retentionRoutes(serve: Serve, retention: Retention): void {
  serve(readRetention, ({ context }) => describe(context, retention));
  serve(previewRetention, ({ context }) => preview(context));
  serve(runRetention, ({ context, body }) => {
    void retention.pass(body.confirmed === true ? "confirmed" : "asked");
    return describe(context, retention);
  });
}
