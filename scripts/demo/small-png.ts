import { crc32, deflateSync, inflateSync } from "node:zlib";

/** Pixels of three bytes each, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const maxColours = 256;
/** Flat areas keep their colours exactly; what remains of the palette is for the edges of letters. */
const exactColours = 160;

/** A browser's PNG with a palette of 256 colours, which is a third as large. Pages have few colours beside those that smooth edges. */
export function smallPng(png: Uint8Array): Buffer {
  return writePicture(readPicture(png));
}

/** Reads a PNG of eight bits a channel with or without transparency, which is left out, as browsers write it. */
export function readPicture(png: Uint8Array): Picture {
  const view = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  const data: Buffer[] = [];
  let header: Buffer = Buffer.alloc(0);
  let palette: Buffer = Buffer.alloc(0);
  for (let at = signature.length; at < view.length; ) {
    const length = view.readUInt32BE(at);
    const type = view.toString("latin1", at + 4, at + 8);
    const body = view.subarray(at + 8, at + 8 + length);
    if (type === "IHDR") header = body;
    if (type === "PLTE") palette = body;
    if (type === "IDAT") data.push(body);
    at += length + 12;
  }
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const channels = { 2: 3, 3: 1, 6: 4 }[header[9] ?? 0];
  if (header[8] !== 8 || channels === undefined || header[12] !== 0)
    throw new Error("This PNG is not of eight bits a channel in rows.");
  const bytes = unfiltered(inflateSync(Buffer.concat(data)), { stride: width * channels, height, channels });
  const pixels = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const from = channels === 1 ? palette.subarray((bytes[pixel] ?? 0) * 3) : bytes.subarray(pixel * channels);
    pixels.set(from.subarray(0, 3), pixel * 3);
  }
  return { width, height, pixels };
}

function unfiltered(
  raw: Uint8Array,
  { stride, height, channels }: { readonly stride: number; readonly height: number; readonly channels: number },
): Uint8Array {
  const out = new Uint8Array(stride * height);
  for (let row = 0; row < height; row += 1) {
    const filter = raw[row * (stride + 1)];
    const to = row * stride;
    for (let x = 0; x < stride; x += 1) {
      const left = x < channels ? 0 : (out[to + x - channels] ?? 0);
      const up = row === 0 ? 0 : (out[to + x - stride] ?? 0);
      const corner = row === 0 || x < channels ? 0 : (out[to + x - stride - channels] ?? 0);
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter ?? 0] ?? 0;
      out[to + x] = (raw[row * (stride + 1) + 1 + x] ?? 0) + guess;
    }
  }
  return out;
}

/** The neighbour that is nearest to left + up - corner, as the PNG specification has it. */
function paeth(left: number, up: number, corner: number): number {
  const [byLeft, byUp] = [Math.abs(up - corner), Math.abs(left - corner)];
  const byCorner = Math.abs(left + up - 2 * corner);
  if (byLeft <= byUp && byLeft <= byCorner) return left;
  return byUp <= byCorner ? up : corner;
}

/** Writes a picture as a PNG with a palette. */
export function writePicture({ width, height, pixels }: Picture): Buffer {
  const counts = new Map<number, number>();
  for (let at = 0; at < pixels.length; at += 3) {
    const colour = colourAt(pixels, at);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const palette = paletteOf(counts);
  const indexes = new Map(palette.map((colour, index) => [colour, index]));
  const rows = Buffer.alloc((width + 1) * height);
  for (let row = 0; row < height; row += 1) {
    for (let x = 0; x < width; x += 1) {
      const colour = colourAt(pixels, (row * width + x) * 3);
      const index = indexes.get(colour) ?? nearest(palette, colour);
      indexes.set(colour, index);
      rows[row * (width + 1) + 1 + x] = index;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3], 8);
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  const data = deflateSync(rows, { level: 9, memLevel: 9 });
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("PLTE", colours),
    chunk("IDAT", data),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  const named = Buffer.concat([Buffer.from(type, "latin1"), body]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

function colourAt(pixels: Uint8Array, at: number): number {
  return ((pixels[at] ?? 0) << 16) | ((pixels[at + 1] ?? 0) << 8) | (pixels[at + 2] ?? 0);
}

/** The colours that most pixels have, and the middles of groups of the others. */
function paletteOf(counts: ReadonlyMap<number, number>): readonly number[] {
  const all = [...counts].toSorted((one, other) => other[1] - one[1]).map(([colour]) => colour);
  if (all.length <= maxColours) return all;
  let groups: readonly number[][] = [all.slice(exactColours)];
  while (groups.length < maxColours - exactColours) {
    const widest = groups.toSorted((one, other) => spread(other).width - spread(one).width)[0] ?? [];
    const { shift, width } = spread(widest);
    if (width === 0) break;
    const sorted = widest.toSorted((one, other) => ((one >> shift) & 255) - ((other >> shift) & 255));
    const half = sorted.length >> 1;
    groups = [...groups.filter((group) => group !== widest), sorted.slice(0, half), sorted.slice(half)];
  }
  return [...new Set([...all.slice(0, exactColours), ...groups.map(middle)])];
}

/** The channel in which a group of colours differs most. */
function spread(colours: readonly number[]): { readonly shift: number; readonly width: number } {
  let found = { shift: 0, width: 0 };
  for (const shift of [16, 8, 0]) {
    let [low, high] = [255, 0];
    for (const colour of colours) {
      const value = (colour >> shift) & 255;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    if (high - low > found.width) found = { shift, width: high - low };
  }
  return found;
}

function middle(colours: readonly number[]): number {
  const mean = (shift: number) =>
    Math.round(colours.reduce((sum, colour) => sum + ((colour >> shift) & 255), 0) / Math.max(1, colours.length));
  return (mean(16) << 16) | (mean(8) << 8) | mean(0);
}

function nearest(palette: readonly number[], colour: number): number {
  let found = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [index, each] of palette.entries()) {
    const distance = [16, 8, 0].reduce(
      (sum, shift) => sum + (((each >> shift) & 255) - ((colour >> shift) & 255)) ** 2,
      0,
    );
    if (distance < least) [found, least] = [index, distance];
  }
  return found;
}
