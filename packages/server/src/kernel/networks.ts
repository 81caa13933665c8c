import { isIP } from "node:net";

type Family = "ipv4" | "ipv6";

/** A network as `address/bits`; undefined where the text is none. */
export function networkOf(
  text: string,
): { readonly address: string; readonly bits: number; readonly family: Family } | undefined {
  const [address = "", bitsText, ...rest] = text.split("/");
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  const bits = bitsText === undefined ? most : Number(bitsText);
  if (version === 0 || rest.length > 0 || !/^\d*$/.test(bitsText ?? "") || bits > most) return undefined;
  return { address, bits, family: version === 4 ? "ipv4" : "ipv6" };
}
