/** Pixels from the left and top of an element, or a distance in pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}
