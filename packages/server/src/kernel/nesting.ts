/** The bound on nested lists and objects: beyond a few thousand levels, JSON can be parsed but not written again. */
export const maxNested = 500;

/** Whether JSON nests too deep. Skips strings, and JSON too short to be deep. */
export function nestsTooDeep(json: string): boolean {
  if (json.length <= 2 * maxNested) return false;
  let depth = 0;
  for (let index = 0; index < json.length; index += 1) {
    switch (json.charCodeAt(index)) {
      case quote:
        index = endOfString(json, index + 1);
        break;
      case openingBrace:
      case openingBracket:
        depth += 1;
        if (depth > maxNested) return true;
        break;
      case closingBrace:
      case closingBracket:
        depth -= 1;
        break;
    }
  }
  return false;
}

const quote = 0x22;
const backslash = 0x5c;
const openingBracket = 0x5b;
const closingBracket = 0x5d;
const openingBrace = 0x7b;
const closingBrace = 0x7d;

/** The end of the string that starts here: its closing quote, which an odd number of backslashes would escape. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start); end >= 0; end = json.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (json.charCodeAt(end - 1 - backslashes) === backslash) backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return json.length;
}
