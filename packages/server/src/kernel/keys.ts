import { createCipheriv, createDecipheriv, hash, randomBytes } from "node:crypto";

/** A key that seals secrets, and the id by which sealed texts name it. The id says nothing of the key. */
export interface Key {
  readonly id: string;
  /** 32 bytes in base64. */
  readonly text: string;
}

const keyBytes = 32;

export function newKey(): Key {
  return keyOf(randomBytes(keyBytes).toString("base64"));
}

/** The key that a text holds: 32 bytes in base64, as the keys of Prefect's servers are. Undefined for any other text. */
export function readKey(text: string): Key | undefined {
  const bytes = Buffer.from(text, "base64");
  const isBase64 = /^[A-Za-z0-9+/_-]+={0,2}$/.test(text);
  return isBase64 && bytes.length === keyBytes ? keyOf(bytes.toString("base64")) : undefined;
}

function keyOf(text: string): Key {
  return { id: hash("sha256", `ostinato key ${text}`, "hex").slice(0, idCharacters), text };
}

const idCharacters = 12;
const version = "v1";
const nonceBytes = 12;
const tagBytes = 16;

/** The text, encrypted with AES-256-GCM. `owner` is not kept: who opens it for another owner fails. */
export function sealed(text: string, key: Key, owner: string): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", Buffer.from(key.text, "base64"), nonce);
  cipher.setAAD(Buffer.from(owner));
  const encrypted = Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `${version}:${key.id}:${encrypted.toString("base64")}`;
}

/** The id of the key that opens a sealed text. */
export function keyIdOf(sealedText: string): string {
  return sealedText.split(":")[1] ?? "";
}

/** Throws where the text was changed, or was sealed for another owner. */
export function opened(sealedText: string, key: Key, owner: string): string {
  const bytes = Buffer.from(sealedText.split(":")[2] ?? "", "base64");
  const nonce = bytes.subarray(0, nonceBytes);
  const decipher = createDecipheriv("aes-256-gcm", Buffer.from(key.text, "base64"), nonce);
  decipher.setAAD(Buffer.from(owner));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
  const text = decipher.update(bytes.subarray(nonceBytes, bytes.length - tagBytes), undefined, "utf8");
  return text + decipher.final("utf8");
}
