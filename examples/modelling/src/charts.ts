import { scaleBand, scaleLinear } from "d3-scale";
import { line } from "d3-shape";

export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** One per position on the x axis, in order. */
  readonly categories: readonly string[];
  readonly series: readonly Series[];
}

export interface Series {
  readonly name: string;
  /** One per category; null leaves a gap. */
  readonly values: readonly (number | null)[];
}

export function lineChart(chart: Chart): string {
  return draw(chart, (plot, series, colour) => {
    const path = line<number | null>()
      .defined((value) => value !== null)
      .x((_, index) => plot.centre(index))
      .y((value) => plot.y(value ?? 0));
    const points = series.values.map((value, index) =>
      value === null
        ? ""
        : `<circle cx="${px(plot.centre(index))}" cy="${px(plot.y(value))}" r="2.5" fill="${colour}"/>`,
    );
    return `<path d="${path(series.values) ?? ""}" fill="none" stroke="${colour}" stroke-width="2"/>${points.join("")}`;
  });
}

/** A chart with the bars of all series side by side in each category. */
export function barChart(chart: Chart): string {
  return draw(chart, (plot, series, colour) => {
    const index = chart.series.indexOf(series);
    const width = plot.bandWidth / chart.series.length;
    const bars = series.values.map((value, place) => {
      if (value === null) return "";
      const x = plot.centre(place) - plot.bandWidth / 2 + index * width;
      const top = Math.min(plot.y(value), plot.y(0));
      const height = Math.abs(plot.y(value) - plot.y(0));
      return `<rect x="${px(x)}" y="${px(top)}" width="${px(Math.max(width - 1, 1))}" height="${px(height)}" fill="${colour}"/>`;
    });
    return bars.join("");
  });
}

/** The chart as a data address for Markdown or an image artifact: nothing is loaded from elsewhere. */
export function dataUri(svg: string): string {
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
}

const size = { width: 720, height: 320 };
const margin = { top: 64, right: 16, bottom: 52, left: 56 };

/** Medium tones, at least 3:1 against both white and near-black, for light and dark pages. */
const ink = "#7a828e";
const colours = ["#4f83e0", "#d9822b", "#3c9d72", "#9a6fd1", "#c75b7a"];

interface Plot {
  readonly y: (value: number) => number;
  readonly centre: (index: number) => number;
  readonly bandWidth: number;
}

function draw(chart: Chart, mark: (plot: Plot, series: Series, colour: string) => string): string {
  const values = chart.series.flatMap((series) => series.values).filter((value) => value !== null);
  const y = scaleLinear(
    [Math.min(0, ...values), Math.max(0, ...values)],
    [size.height - margin.bottom, margin.top],
  ).nice(5);
  const band = scaleBand([...chart.categories.keys()], [margin.left, size.width - margin.right]).padding(0.2);
  const plot: Plot = {
    y: (value) => y(value),
    centre: (index) => (band(index) ?? 0) + band.bandwidth() / 2,
    bandWidth: band.bandwidth(),
  };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" role="img" font-family="system-ui, sans-serif" font-size="12" fill="${ink}">`,
    `<title>${escapeXml(chart.title)}</title>`,
    `<text x="${margin.left}" y="22" font-size="14" font-weight="600">${escapeXml(chart.title)}</text>`,
    legend(chart.series),
    ...y.ticks(5).map((tick) => gridLine(y(tick), y.tickFormat(5)(tick))),
    ...xTicks(chart.categories, plot),
    ...chart.series.map((series, index) => mark(plot, series, colourOf(index))),
    `<text x="${(margin.left + size.width - margin.right) / 2}" y="${size.height - 10}" text-anchor="middle">${escapeXml(chart.xLabel)}</text>`,
    `<text transform="translate(14 ${(margin.top + size.height - margin.bottom) / 2}) rotate(-90)" text-anchor="middle">${escapeXml(chart.yLabel)}</text>`,
    "</svg>",
  ].join("\n");
}

function legend(series: readonly Series[]): string {
  let x = margin.left;
  const entries = series.map(({ name }, index) => {
    const entry = `<rect x="${x}" y="35" width="12" height="12" rx="2" fill="${colourOf(index)}"/><text x="${x + 18}" y="45">${escapeXml(name)}</text>`;
    x += 18 + name.length * 6.4 + 16;
    return entry;
  });
  return entries.join("");
}

function gridLine(y: number, label: string): string {
  return `<line x1="${margin.left}" x2="${size.width - margin.right}" y1="${px(y)}" y2="${px(y)}" stroke="${ink}" stroke-opacity="0.25"/><text x="${margin.left - 8}" y="${px(y + 4)}" text-anchor="end">${escapeXml(label)}</text>`;
}

/** Omits labels where more than twenty would overlap. */
function xTicks(categories: readonly string[], plot: Plot): readonly string[] {
  const step = Math.ceil(categories.length / 20);
  return categories.map((category, index) =>
    index % step === 0
      ? `<text x="${px(plot.centre(index))}" y="${size.height - margin.bottom + 18}" text-anchor="middle">${escapeXml(category)}</text>`
      : "",
  );
}

function colourOf(index: number): string {
  return colours[index % colours.length] ?? ink;
}

function px(value: number): string {
  return value.toFixed(1);
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
