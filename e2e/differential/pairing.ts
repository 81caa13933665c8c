const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const uuids = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

export function isId(value: unknown): value is string {
  return typeof value === "string" && uuid.test(value);
}

/** Matches ids of the two servers, learned where both answer one in the same place. */
export class Pairing {
  readonly #ours = new Map<string, string>();
  readonly #theirs = new Map<string, string>();

  /** Whether the two ids are paired; pairs them if neither was seen before. */
  agree(theirs: string, ours: string): boolean {
    const known = this.#ours.get(theirs);
    if (known !== undefined) return known === ours;
    if (this.#theirs.has(ours)) return false;
    this.#ours.set(theirs, ours);
    this.#theirs.set(ours, theirs);
    return true;
  }

  /** The other server's id, or undefined. */
  oursFor(theirs: string): string | undefined {
    return this.#ours.get(theirs);
  }

  /** The text of one server with known ids replaced by the other's. */
  translated(theirs: string): string {
    return theirs.replace(uuids, (id) => this.#ours.get(id) ?? id);
  }
}
