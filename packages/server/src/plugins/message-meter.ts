/** The content of a chunk of a websocket. */
export interface Measured {
  /** Bytes of the message that has begun and not ended, as they came. */
  readonly unfinished: number;
  /** The size of the largest announced message, as far as known: a frame announces its length first. */
  readonly announced: number;
}

/** Parses the frame headers of RFC 6455 that a client sends, to measure messages before their reader delivers them. */
export interface MessageMeter {
  add(chunk: Uint8Array): Measured;
}

const lengthOf16Bits = 126;
const lengthOf64Bits = 127;
const maxHeaderBytes = 14;

export function createMessageMeter(): MessageMeter {
  const header = new Uint8Array(maxHeaderBytes);
  let headerBytes = 0;
  /** The missing bytes of the present frame's payload. */
  let left = 0;
  let isControl = false;
  let isLast = true;
  let message = 0;

  /** The length of the header, as far as its first bytes show it. */
  function headerLength(): number {
    if (headerBytes < 2) return 2;
    const [, second = 0] = header;
    const length = second & 0x7f;
    const extended = length === lengthOf16Bits ? 2 : length === lengthOf64Bits ? 8 : 0;
    return 2 + extended + ((second & 0x80) === 0 ? 0 : 4);
  }

  function payloadLength(): number {
    const view = new DataView(header.buffer);
    const length = view.getUint8(1) & 0x7f;
    if (length === lengthOf16Bits) return view.getUint16(2);
    return length === lengthOf64Bits ? Number(view.getBigUint64(2)) : length;
  }

  function beginFrame(): void {
    const [first = 0] = header;
    isControl = (first & 0x08) !== 0;
    isLast = (first & 0x80) !== 0;
    left = payloadLength();
    headerBytes = 0;
  }

  function endFrame(): void {
    if (!isControl && isLast) message = 0;
  }

  return {
    add(chunk) {
      let announced = 0;
      for (let at = 0; at < chunk.length; ) {
        if (left > 0) {
          const come = Math.min(left, chunk.length - at);
          left -= come;
          at += come;
          if (!isControl) message += come;
          if (left === 0) endFrame();
          continue;
        }
        header[headerBytes] = chunk[at] ?? 0;
        headerBytes += 1;
        at += 1;
        if (headerBytes < headerLength()) continue;
        beginFrame();
        if (!isControl) announced = Math.max(announced, message + left);
        if (left === 0) endFrame();
      }
      return { unfinished: message, announced };
    },
  };
}
