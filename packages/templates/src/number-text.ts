/** A float as Python writes it: the shortest digits that read back as it, with an exponent from 1e16 and below 1e-4. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) return withLongExponent(value.toExponential());
  const text = String(value);
  return text.includes(".") ? text : `${text}.0`;
}

/** Python's exponents have at least two digits. */
export function withLongExponent(text: string): string {
  return text.replace(/e([-+])(\d)$/, "e$10$2");
}

/** A float with so many digits after the point, rounded to the nearest one and a tie to the even one. */
export function fixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return floatText(value);
  if (Object.is(value, -0)) return `-${fixed(0, digits)}`;
  if (Math.abs(value) >= 1e21) return `${BigInt(value)}${digits > 0 ? `.${"0".repeat(digits)}` : ""}`;
  const text = value.toFixed(Math.min(digits, 100));
  const doubled = value * 2 ** (digits + 1);
  const isTie = digits < 50 && Number.isInteger(doubled) && Math.abs(doubled) % 2 === 1;
  const isOdd = /[13579]$/.test(text);
  return isTie && isOdd ? nearerZero(value, digits) : text;
}

/** `toFixed` rounds a tie away from zero: the other neighbour. */
function nearerZero(value: number, digits: number): string {
  const scale = 10 ** digits;
  const digitsOfSize = String(Math.floor(Math.abs(value) * scale)).padStart(digits + 1, "0");
  const whole = digitsOfSize.slice(0, digitsOfSize.length - digits);
  const fraction = digits > 0 ? `.${digitsOfSize.slice(-digits)}` : "";
  return `${value < 0 ? "-" : ""}${whole}${fraction}`;
}

/** Python's `round(value, digits)`, also to tens and hundreds for negative digits. */
export function rounded(value: number, digits: number): number {
  if (!Number.isFinite(value) || digits > 300 || value === 0) return value;
  if (digits >= 0) return Number(fixed(value, Math.min(digits, 100)));
  const scale = 10 ** -digits;
  return Number(fixed(value / scale, 0)) * scale;
}

export function grouped(digits: string, separator: string): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, separator);
}
