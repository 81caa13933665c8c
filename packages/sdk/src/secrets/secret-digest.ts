import { createHmac, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { homeFolder } from "../home.ts";

const keyBytes = 32;
let key: Buffer | undefined;

/**
 * A code for a secret that distinguishes calls. A stored code does not help to guess the secret: checking a guess takes a key that stays in
 * this machine's home folder.
 */
export function secretDigest(content: string): string {
  key ??= machineKey(join(homeFolder(), "secret-key"));
  return createHmac("sha256", key).update(content).digest("base64url");
}

/** The key in the file, created if necessary. Where the folder cannot be written, the key lasts as long as this process. */
function machineKey(file: string): Buffer {
  try {
    return readKey(file) ?? makeKey(file);
  } catch {
    return randomBytes(keyBytes);
  }
}

function readKey(file: string): Buffer | undefined {
  try {
    const bytes = readFileSync(file);
    return bytes.length === keyBytes ? bytes : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function makeKey(file: string): Buffer {
  mkdirSync(homeFolder(), { recursive: true, mode: 0o700 });
  try {
    const made = randomBytes(keyBytes);
    writeFileSync(file, made, { mode: 0o600, flag: "wx" });
    return made;
  } catch (error) {
    // Another process created the key first.
    const bytes = readKey(file);
    if (bytes === undefined) throw error;
    return bytes;
  }
}
