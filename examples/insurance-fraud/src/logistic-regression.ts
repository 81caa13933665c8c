/** What a person or a search chooses. */
export interface Choices {
  /** How strongly large weights are held down. */
  readonly penalty: number;
  /** How much more a fraud counts than an honest claim. */
  readonly fraudWeight: number;
  readonly rounds: number;
}

export interface Weights {
  readonly base: number;
  readonly weights: readonly number[];
}

export interface Fitted extends Weights {
  /** The mean loss after each round. */
  readonly losses: readonly number[];
}

const stepSize = 0.5;

/** Logistic regression by gradient descent over all rows. A label is 1 for a fraud, and 0. */
export function fitLogisticRegression(
  rows: readonly (readonly number[])[],
  labels: readonly number[],
  { penalty, fraudWeight, rounds }: Choices,
): Fitted {
  let model: Weights = { base: 0, weights: (rows[0] ?? []).map(() => 0) };
  const importance = labels.map((label) => (label === 1 ? fraudWeight : 1));
  const total = importance.reduce((sum, weight) => sum + weight, 0);
  const losses: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const gradient = { base: 0, weights: model.weights.map((weight) => penalty * weight) };
    let loss = 0;
    for (const [index, row] of rows.entries()) {
      const [label = 0, weight = 1] = [labels[index], importance[index]];
      const predicted = probability(model, row);
      loss -= weight * Math.log(Math.max(label === 1 ? predicted : 1 - predicted, 1e-12));
      const error = (weight * (predicted - label)) / total;
      gradient.base += error;
      for (const [place, value] of row.entries())
        gradient.weights[place] = (gradient.weights[place] ?? 0) + error * value;
    }
    losses.push(loss / total);
    model = {
      base: model.base - stepSize * gradient.base,
      weights: model.weights.map((weight, place) => weight - stepSize * (gradient.weights[place] ?? 0)),
    };
  }
  return { ...model, losses };
}

/** How likely a fraud is, from 0 to 1. */
export function probability({ base, weights }: Weights, row: readonly number[]): number {
  const sum = weights.reduce((total, weight, place) => total + weight * (row[place] ?? 0), base);
  return 1 / (1 + Math.exp(-sum));
}
