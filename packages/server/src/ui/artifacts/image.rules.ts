export interface KeptImage {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** Types that browsers show as a picture. A SVG may hold scripts, which the answer's policy forbids. */
const shownTypes = /^image\/(?:png|jpeg|gif|webp|avif|svg\+xml)$/;

/** The picture in a data URL; undefined where the text is not one. */
export function imageIn(address: string): KeptImage | undefined {
  const comma = address.indexOf(",");
  if (!address.startsWith("data:") || comma < 0) return undefined;
  const [mediaType = "", ...attributes] = address.slice("data:".length, comma).toLowerCase().split(";");
  if (!shownTypes.test(mediaType)) return undefined;
  const content = address.slice(comma + 1);
  const bytes = attributes.includes("base64") ? Buffer.from(content, "base64") : decodedPercents(content);
  return bytes === undefined ? undefined : { mediaType, bytes };
}

function decodedPercents(content: string): Uint8Array | undefined {
  try {
    return Buffer.from(decodeURIComponent(content));
  } catch {
    return undefined;
  }
}
