export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface LayoutBox {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

export interface LayoutEdge {
  readonly from: string;
  readonly to: string;
}

export interface LayoutInput {
  readonly nodes: readonly LayoutBox[];
  readonly edges: readonly LayoutEdge[];
}

export interface Placed extends LayoutBox, Point {}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly nodes: ReadonlyMap<string, Placed>;
  /** Each as its start and then curves: two points that draw it, and the one that it reaches. */
  readonly edges: readonly (readonly Point[])[];
}

/** What takes room in a layer: a box, or the place where an arrow passes it. */
export interface Spot {
  readonly box: LayoutBox | undefined;
  readonly layer: number;
  readonly before: Spot[];
  readonly after: Spot[];
  /** Of its middle. */
  y: number;
}
