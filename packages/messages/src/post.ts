import { randomUUID } from "node:crypto";
import { type Delivered, deliver } from "./deliver.ts";
import { reachable } from "./reachable.ts";
import { addressOf, posted } from "./requests.ts";

interface Posting {
  readonly url: string;
  readonly body: object;
  /** False refuses addresses of private networks. */
  readonly allowPrivateUrls?: boolean | undefined;
}

/** Posts JSON to the address of a block, and gives what was answered. Throws `NotSent` where that is not 2xx, with the answer in its details. */
export function post({ url, body, allowPrivateUrls = true }: Posting): Promise<Delivered> {
  const isReachable = allowPrivateUrls ? () => true : reachable([]);
  return deliver([posted(addressOf(url), body)], { id: randomUUID(), isReachable, delivered: [] });
}
