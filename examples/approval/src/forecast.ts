/** What a shop is expected to sell tomorrow. */
export interface Forecast {
  readonly shop: string;
  /** Loaves that it sold on each of the last days, the newest last. */
  readonly sold: readonly number[];
  readonly loaves: number;
}

const days = 5;

/** The mean of the last days, of which the newest counts most. */
export function forecastOf(shop: string): Forecast {
  const sold = Array.from({ length: days }, (_, day) => soldOn(shop, day));
  const weight = (day: number) => day + 1;
  const weights = sold.reduce((sum, _, day) => sum + weight(day), 0);
  const loaves = sold.reduce((sum, count, day) => sum + count * weight(day), 0) / weights;
  return { shop, sold, loaves: Math.round(loaves) };
}

/** Made up, and the same each time. */
function soldOn(shop: string, day: number): number {
  const letters = [...shop].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  return 20 + ((letters * (day + 3)) % 25);
}
