import { createHash, type Hash, hash } from "node:crypto";

const chunkBytes = 16 * 1024;
/** Strings up to this length are copied here, which is faster than the runtime's encoder. */
const shortTextLength = 48;

/** Chunks that are not in use. */
const spareChunks: Buffer[] = [];

const shortText = 0xf0;
const wholeText = 0xf1;
const brokenText = 0xf2;

/** Computes the digest of bytes as they are written. Call `release` after the last write. */
export class ByteDigest {
  readonly #chunk = spareChunks.pop() ?? Buffer.allocUnsafeSlow(chunkBytes);
  #length = 0;
  /** The hash of the bytes that no longer fit into the chunk. */
  #hash: Hash | undefined;

  byte(value: number): void {
    this.#reserve(1);
    this.#chunk[this.#length] = value;
    this.#length += 1;
  }

  number(value: number): void {
    this.#reserve(8);
    // NaN has many byte patterns: write one of them.
    this.#length = this.#chunk.writeDoubleLE(Number.isNaN(value) ? Number.NaN : value, this.#length);
  }

  text(text: string): void {
    if (text.length <= shortTextLength) {
      this.#shortText(text);
      return;
    }
    // A lone surrogate has no bytes of its own in UTF-8.
    const wellFormed = text.isWellFormed();
    this.byte(wellFormed ? wholeText : brokenText);
    this.number(text.length);
    this.#flush().update(text, wellFormed ? "utf8" : "utf16le");
  }

  bytes(view: ArrayBufferView): void {
    this.number(view.byteLength);
    this.#flush().update(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  }

  /** Returns the digest of everything written since the last call. */
  take(): string {
    const rest = this.#chunk.subarray(0, this.#length);
    const text =
      this.#hash === undefined ? hash("sha256", rest, "base64url") : this.#hash.update(rest).digest("base64url");
    this.#hash = undefined;
    this.#length = 0;
    return text;
  }

  release(): void {
    spareChunks.push(this.#chunk);
  }

  #shortText(text: string): void {
    const { length } = text;
    this.#reserve(2 * length + 2);
    const chunk = this.#chunk;
    let at = this.#length;
    chunk[at++] = shortText;
    chunk[at++] = length;
    for (let index = 0; index < length; index += 1) {
      const unit = text.charCodeAt(index);
      chunk[at++] = unit & 0xff;
      chunk[at++] = unit >>> 8;
    }
    this.#length = at;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes > chunkBytes) this.#flush();
  }

  #flush(): Hash {
    this.#hash ??= createHash("sha256");
    this.#hash.update(this.#chunk.subarray(0, this.#length));
    this.#length = 0;
    return this.#hash;
  }
}
