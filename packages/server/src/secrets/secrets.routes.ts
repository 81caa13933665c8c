import { rotateKey } from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";
import { rotate } from "./secrets.service.ts";

export function secretRoutes(serve: Serve): void {
  serve(rotateKey, ({ context }) => rotate(context));
}
