import { timeOrderedId } from "@ostinato/core";
import type { KeyRotation } from "@ostinato/protocol";
import type { Reader } from "../db/dialect.ts";
import { readPlainJson, writeJson } from "../db/json-text.ts";
import type { Context } from "../kernel/context.ts";
import { type RequestError, refused } from "../kernel/errors.ts";
import { type Key, keyIdOf, newKey, opened, sealed } from "../kernel/keys.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import type { Keyring } from "./keyring.service.ts";
import * as queries from "./secrets.queries.ts";

/** Seals a text for its owner with the key of the database, which is made where it has none. */
export async function seal(unit: Unit, text: string, owner: string): Promise<string> {
  return sealed(text, await keyOf(unit), owner);
}

/** What was sealed for the owner. Throws a 409 that says which key is missing. */
export function unseal({ keyring }: Pick<Context, "keyring">, sealedText: string, owner: string): string {
  const id = keyIdOf(sealedText);
  const key = keyring.find(id);
  if (key === undefined) throw locked(keyring, id);
  try {
    return opened(sealedText, key, owner);
  } catch {
    throw refused(
      "SECRETS_LOCKED",
      "The secrets of this block document were changed in the database, and can't be opened any more. Save the document with its secrets anew.",
    );
  }
}

async function keyOf({ tx, context }: Unit): Promise<Key> {
  const { keyring, clock } = context;
  const known = await named(tx);
  if (known !== undefined) return held(keyring, known);
  const now = clock.now();
  const first = keyring.keys()[0] ?? keyring.begin();
  await queries.nameFirstKey(tx, { id: timeOrderedId(now), value: keyText(first), now });
  // Another server may have named one in the meantime.
  return held(keyring, (await named(tx)) ?? first.id);
}

function held(keyring: Keyring, id: string): Key {
  const key = keyring.find(id);
  if (key === undefined) throw locked(keyring, id);
  return key;
}

async function named(reader: Reader): Promise<string | undefined> {
  const value = await queries.keyOfDatabase(reader);
  return value === undefined ? undefined : readPlainJson<{ readonly key_id: string }>(value).key_id;
}

function keyText({ id }: Key): string {
  return writeJson({ key_id: id });
}

function locked(keyring: Keyring, id: string): RequestError {
  const held = keyring.keys().map((key) => key.id);
  const problem =
    held.length === 0
      ? `this server has no key: there is no key file ${keyring.file}, and OSTINATO_ENCRYPTION_KEY is not set`
      : `this server has ${held.length === 1 ? "another key" : "other keys"} (${held.join(", ")}), from ${keyring.isSet ? "OSTINATO_ENCRYPTION_KEY" : keyring.file}`;
  return refused(
    "SECRETS_LOCKED",
    `The secrets of the database are sealed with the key ${id}, and ${problem}. Put the key file back, or set OSTINATO_ENCRYPTION_KEY to that key; on several servers all need the same. Where the key is lost, delete the block documents with secrets, and save them anew after "ostinato server rotate-key".`,
  );
}

/**
 * Seals all secrets with another key: the first of the setting, or a new one in the key file. Where the present key is lost, the
 * database gets the other one if nothing is sealed with the lost one any more.
 */
export async function rotate(context: Context): Promise<KeyRotation> {
  const { keyring, clock } = context;
  const next = keyring.isSet ? keyring.keys()[0] : newKey();
  if (next === undefined) throw new Error("A setting with keys has a first one");
  await refuseLostKey(context);
  // The file has both keys until the database has nothing that needs the former one.
  if (!keyring.isSet) keyring.write([...keyring.keys(), next]);
  const documents = await unit(context, async (unit) => {
    const { tx } = unit;
    const now = clock.now();
    const present = await named(tx);
    if (present === next.id) throw alreadyFirst(next.id);
    if (present === undefined) await queries.nameFirstKey(tx, { id: timeOrderedId(now), value: keyText(next), now });
    const rows = await queries.sealedTexts(tx);
    for (const { id, secrets } of rows) {
      if (secrets !== null) await queries.putSealedText(tx, id, sealed(unseal(context, secrets, id), next, id));
    }
    for (const { id, secret, former_secret } of await queries.sealedWebhooks(tx)) {
      const again = (text: string | null) => (text === null ? null : sealed(unseal(context, text, id), next, id));
      await queries.putSealedWebhook(tx, { id, secret: again(secret), former_secret: again(former_secret) });
    }
    await queries.nameKey(tx, { value: keyText(next), now });
    return rows.length;
  });
  if (!keyring.isSet) keyring.write([next]);
  return { key_id: next.id, documents, key_file: keyring.isSet ? null : keyring.file };
}

async function refuseLostKey({ db, keyring }: Context): Promise<void> {
  const present = await named(db.read);
  if (present === undefined || keyring.find(present) !== undefined) return;
  if (await queries.hasSealedTexts(db.read)) throw locked(keyring, present);
}

function alreadyFirst(id: string): RequestError {
  return refused(
    "DATA_CONFLICT",
    `The secrets are sealed with the first key of OSTINATO_ENCRYPTION_KEY (${id}) already. Put the new key before it, with a comma between, restart the servers, and rotate again.`,
  );
}
