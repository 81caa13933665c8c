import type { ConfusionMatrix } from "./evaluation.ts";

const size = { width: 420, height: 270 };
const cell = { width: 130, height: 90 };
const origin = { x: 120, y: 80 };
/** Words are readable on light and on dark pages, and numbers on cells that are light on both. */
const ink = "#7a828e";
const numberInk = "#14181f";

/** The matrix as an SVG: what claims were by row, what they were taken for by column. */
export function confusionPicture(matrix: ConfusionMatrix): string {
  const cells = [
    { column: 0, row: 0, count: matrix.trueNegatives, isRight: true },
    { column: 1, row: 0, count: matrix.falsePositives, isRight: false },
    { column: 0, row: 1, count: matrix.falseNegatives, isRight: false },
    { column: 1, row: 1, count: matrix.truePositives, isRight: true },
  ];
  const largest = Math.max(...cells.map(({ count }) => count), 1);
  const text = (x: number, y: number, words: string, style = "") =>
    `<text x="${x}" y="${y}" text-anchor="middle" ${style}>${words}</text>`;
  const centre = (column: number) => origin.x + cell.width * (column + 0.5);
  const middle = (row: number) => origin.y + cell.height * (row + 0.5);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" role="img" font-family="system-ui, sans-serif" font-size="13" fill="${ink}">`,
    "<title>Confusion matrix</title>",
    text(origin.x + cell.width, 28, "taken for", 'font-weight="600"'),
    text(centre(0), 60, "honest"),
    text(centre(1), 60, "fraud"),
    text(60, middle(0), "honest"),
    text(60, middle(1), "fraud"),
    text(60, 60, "claim is", 'font-weight="600"'),
    ...cells.map(({ column, row, count, isRight }) => {
      const colour = isRight ? "#3c9d72" : "#d9822b";
      const shade = (0.15 + (0.6 * count) / largest).toFixed(2);
      const place = `x="${origin.x + column * cell.width}" y="${origin.y + row * cell.height}" width="${cell.width - 4}" height="${cell.height - 4}" rx="4"`;
      return [
        `<rect ${place} fill="#ffffff"/><rect ${place} fill="${colour}" fill-opacity="${shade}"/>`,
        text(centre(column), middle(row) + 7, String(count), `font-size="22" font-weight="600" fill="${numberInk}"`),
      ].join("");
    }),
    "</svg>",
  ].join("\n");
}
