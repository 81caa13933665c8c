export const shops = ["Busan", "Incheon", "Seoul"] as const;
export type Shop = (typeof shops)[number];

/** Loaves that a shop has sold on each of the last days, the earliest first. Made up: more at weekends, and the same at each call. */
export function salesOf(shop: Shop, days: number): readonly number[] {
  const size = 80 + 60 * shops.indexOf(shop);
  return Array.from({ length: days }, (_, index) => {
    const day = days - index;
    const weekend = day % 7 < 2 ? 1.4 : 1;
    return Math.round(size * weekend + ((day * 7919) % 21) - 10);
  });
}

/** What a shop will sell on the coming day: the mean of the same day of the weeks before. */
export function expectedSales(sales: readonly number[]): number {
  const sameDays = sales.filter((_, index) => (sales.length - index) % 7 === 0);
  return Math.round(sameDays.reduce((sum, sold) => sum + sold, 0) / sameDays.length);
}
