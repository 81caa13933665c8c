/** The part before the @ and the domain, without what would end a command or a header. */
const address = /^[^\s@<>(),;:"\\[\]\p{Cc}]+@[^\s@<>(),;:"\\[\]\p{Cc}.][^\s@<>(),;:"\\[\]\p{Cc}]*$/u;
const named = /^(?<name>"[^"\p{Cc}]*"\s*|[^"<>\p{Cc}]*)<(?<address>[^<>]*)>$/u;

export interface MailAddress {
  readonly name: string;
  readonly address: string;
}

/**
 * The addresses of a text: separated by commas, semicolons, blanks or lines, each `me@example.com` or `Name <me@example.com>`. Mailers
 * take `a@x b@x` for one address with a name and drop what they can't read, so that nobody learns who got no mail: here all is read or refused.
 */
export function addressesIn(text: string): readonly MailAddress[] {
  return partsOf(text).flatMap((part) => {
    if (part.includes("<")) return [namedAddress(part)];
    return part.split(/\s+/).map((bare) => ({ name: "", address: checked(bare) }));
  });
}

/** The addresses of a list of texts, each once. */
export function recipientsOf(given: unknown): readonly MailAddress[] {
  const texts = Array.isArray(given) ? given : [given];
  const all = texts.flatMap((text) => {
    if (typeof text !== "string")
      throw new WrongAddress(`${JSON.stringify(text) ?? "nothing"} is not an address of mail`);
    return addressesIn(text);
  });
  const byAddress = new Map(all.map((recipient) => [deliveryKey(recipient.address), recipient]));
  return [...byAddress.values()];
}

/** What is wrong with the text as addresses of mail; undefined where nothing is. */
export function addressProblem(given: unknown): string | undefined {
  try {
    return recipientsOf(given).length === 0 ? "Give at least one address of mail" : undefined;
  } catch (error) {
    if (error instanceof WrongAddress) return error.message;
    throw error;
  }
}

export class WrongAddress extends Error {
  override readonly name = "WrongAddress";
}

/** Domains are the same in any case; what stands before the @ is the domain's affair. */
function deliveryKey(address: string): string {
  const at = address.lastIndexOf("@");
  return `${address.slice(0, at)}${address.slice(at).toLowerCase()}`;
}

/** Commas, semicolons and lines part addresses, unless they stand in quotes or angle brackets. */
function partsOf(text: string): readonly string[] {
  const parts = text.match(/(?:"[^"]*"?|<[^>]*>?|[^,;\n"<])+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

function namedAddress(part: string): MailAddress {
  const found = named.exec(part)?.groups;
  if (found === undefined) throw wrong(part);
  const name = (found.name ?? "").trim().replace(/^"|"$/g, "");
  return { name, address: checked((found.address ?? "").trim()) };
}

function checked(text: string): string {
  if (!address.test(text)) throw wrong(text);
  return text;
}

function wrong(text: string): WrongAddress {
  return new WrongAddress(
    `${JSON.stringify(text)} is not an address of mail: write me@example.com or Name <me@example.com>`,
  );
}
