export interface House {
  readonly squareMetres: number;
  readonly rooms: number;
  readonly price: number;
}

/** Houses at 2,500 a square metre and 15,000 a room over 40,000, give or take up to 10,000. The same number gives the same houses. */
export function sampleHouses(count: number): readonly House[] {
  return Array.from({ length: count }, (_, index) => {
    const squareMetres = 40 + ((index * 7919) % 161);
    const rooms = 1 + ((index * 104_729) % 6);
    const chance = ((index * 15_485_863) % 20_001) - 10_000;
    return { squareMetres, rooms, price: 40_000 + 2_500 * squareMetres + 15_000 * rooms + chance };
  });
}
