import { BlockList, isIP } from "node:net";

/** Networks that are no part of the public internet, and ways to reach them through another address. */
const privateNetworks = {
  ipv4: [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
  ],
  ipv6: [
    "::/128",
    "::1/128",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
  ],
} as const;

export interface Network {
  readonly address: string;
  readonly bits: number;
  readonly family: "ipv4" | "ipv6";
}

/** Whether an address may be called. */
export type IsReachable = (address: string) => boolean;

/** Addresses of private networks may be called only where somebody has listed the network, and what is no address nowhere. */
export function reachable(allowed: readonly Network[]): IsReachable {
  const closed = blocks(
    Object.entries(privateNetworks).flatMap(([family, networks]) =>
      networks.map((text) => {
        const [address = "", bits] = text.split("/");
        return { address, bits: Number(bits), family: family as Network["family"] };
      }),
    ),
  );
  const open = blocks(allowed);
  return (address) => isIP(address) !== 0 && (!holds(closed, address) || holds(open, address));
}

function blocks(networks: readonly Network[]): BlockList {
  const list = new BlockList();
  for (const { address, bits, family } of networks) list.addSubnet(address, bits, family);
  return list;
}

/** An IPv4 address that is written as one of IPv6 is in the networks of both. */
function holds(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 4 ? "ipv4" : "ipv6");
}
