import type { House } from "./houses.ts";

/** A price as a sum: a base, and so much for each square metre and each room. */
export interface Model {
  readonly base: number;
  readonly perSquareMetre: number;
  readonly perRoom: number;
}

/** The least squares of two variables, by Cramer's rule on what is left of them without their means. */
export function fitModel(houses: readonly House[]): Model {
  const metres = centred(houses.map(({ squareMetres }) => squareMetres));
  const rooms = centred(houses.map(({ rooms }) => rooms));
  const prices = centred(houses.map(({ price }) => price));
  const [mm, rr, mr] = [dot(metres, metres), dot(rooms, rooms), dot(metres, rooms)];
  const [mp, rp] = [dot(metres, prices), dot(rooms, prices)];
  const determinant = mm * rr - mr * mr;
  const perSquareMetre = (mp * rr - rp * mr) / determinant;
  const perRoom = (rp * mm - mp * mr) / determinant;
  return { base: prices.mean - perSquareMetre * metres.mean - perRoom * rooms.mean, perSquareMetre, perRoom };
}

interface Centred {
  readonly mean: number;
  readonly values: readonly number[];
}

function centred(values: readonly number[]): Centred {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, values: values.map((value) => value - mean) };
}

function dot(one: Centred, other: Centred): number {
  return one.values.reduce((sum, value, index) => sum + value * (other.values[index] ?? 0), 0);
}
