/** A whole number as a number where that is exact, and as a bigint beyond 2^53. */
export function wholeNumber(text: string): number | bigint {
  const near = Number(text);
  return Number.isSafeInteger(near) ? near : BigInt(text);
}

/** JSON with its whole numbers beyond 2^53 as bigints, which `JSON.parse` would round. */
export function exactJson(text: string): unknown {
  return JSON.parse(text, (_, value: unknown, context?: { readonly source?: string }) => {
    const source = context?.source;
    const isRounded = typeof value === "number" && !Number.isSafeInteger(value) && source !== undefined;
    return isRounded && /^-?\d+$/.test(source) ? BigInt(source) : value;
  });
}
