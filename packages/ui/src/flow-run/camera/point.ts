/** Pixels, from the left and top of an element unless they are a distance. */
export interface Point {
  readonly x: number;
  readonly y: number;
}
