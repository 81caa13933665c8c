/** How many claims were what, and were taken for what. */
export interface ConfusionMatrix {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
}

export interface Evaluation {
  readonly matrix: ConfusionMatrix;
  readonly accuracy: number;
  /** Of the claims that are taken for fraud, those that are. */
  readonly precision: number;
  /** Of the frauds, those that are found. */
  readonly recall: number;
  /** The harmonic mean of both. */
  readonly f1: number;
}

/** A claim whose probability is at least a half is taken for a fraud. */
export function evaluate(probabilities: readonly number[], labels: readonly number[]): Evaluation {
  const count = (isPredicted: boolean, label: number) =>
    probabilities.filter((value, row) => value >= 0.5 === isPredicted && labels[row] === label).length;
  const matrix = {
    truePositives: count(true, 1),
    falsePositives: count(true, 0),
    falseNegatives: count(false, 1),
    trueNegatives: count(false, 0),
  };
  const { truePositives, falsePositives, falseNegatives, trueNegatives } = matrix;
  const precision = share(truePositives, truePositives + falsePositives);
  const recall = share(truePositives, truePositives + falseNegatives);
  return {
    matrix,
    accuracy: share(truePositives + trueNegatives, labels.length),
    precision,
    recall,
    f1: share(2 * precision * recall, precision + recall),
  };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
