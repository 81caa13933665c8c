import type { Webhook } from "../api/types.ts";
import { presets } from "./presets.ts";

/**
 * A command that posts to the webhook. Undefined where whoever posts has to sign in a way that a shell can't easily. `KEY` stands for the key
 * of the signature.
 */
export function curlOf(
  { template, signature }: Pick<Webhook, "template" | "signature">,
  address: string,
): string | undefined {
  const { sample } = presets[template === null ? "cloud-events" : "json"];
  const body = JSON.stringify(JSON.parse(sample.text));
  const type = `-H '${sample.headers}'`;
  if (signature === null) return `curl '${address}' \\\n  ${type} \\\n  -d '${body}'`;
  const { header, algorithm = "sha256", encoding = "hex", prefix = "", scheme = "plain" } = signature;
  if (scheme !== "plain" || encoding !== "hex") return undefined;
  const signed = `$(printf %s "$body" | openssl dgst -${algorithm} -hmac "$KEY" -r | cut -d' ' -f1)`;
  return `body='${body}'\ncurl '${address}' \\\n  ${type} \\\n  -H "${header}: ${prefix}${signed}" \\\n  -d "$body"`;
}
