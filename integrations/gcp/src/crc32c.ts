import type { CRC32CValidator } from "@google-cloud/storage";

/** Castagnoli's polynomial, its bits turned round. */
const polynomial = 0x82f63b78;
/** Bytes that one step takes. */
const width = 8;

/** For each of the eight bytes of a step what it does to the checksum after those behind it: "slicing by 8", M. E. Kounavis and F. L. Berry, 2005. */
const tables = new Int32Array(width * 256);
for (let byte = 0; byte < 256; byte += 1) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? polynomial : 0);
  tables[byte] = crc;
}
for (let index = 256; index < tables.length; index += 1) {
  const before = of(index - 256);
  tables[index] = (before >>> 8) ^ of(before & 255);
}

function of(index: number): number {
  return tables[index] as number;
}

/** The checksum by which Cloud Storage and its clients check contents. Google's own takes a byte at a time, which is most of what a transfer costs. */
export class Crc32c implements CRC32CValidator {
  #crc = 0;

  update(data: Buffer): void {
    let crc = ~this.#crc;
    let at = 0;
    for (const whole = data.byteLength - width; at <= whole; at += width) {
      const low = data.readInt32LE(at) ^ crc;
      const high = data.readInt32LE(at + 4);
      crc =
        of(1792 + (low & 255)) ^
        of(1536 + ((low >>> 8) & 255)) ^
        of(1280 + ((low >>> 16) & 255)) ^
        of(1024 + (low >>> 24)) ^
        of(768 + (high & 255)) ^
        of(512 + ((high >>> 8) & 255)) ^
        of(256 + ((high >>> 16) & 255)) ^
        of(high >>> 24);
    }
    for (; at < data.byteLength; at += 1) crc = (crc >>> 8) ^ of((crc ^ data.readUInt8(at)) & 255);
    this.#crc = ~crc;
  }

  validate(expected: string): boolean {
    return expected === this.toString();
  }

  /** As Cloud Storage writes it. */
  toString(): string {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(this.#crc);
    return bytes.toString("base64");
  }
}
