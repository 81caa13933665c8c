import { expect, it } from "vitest";
import { barChart, dataUri, lineChart } from "./charts.ts";

const chart = {
  title: 'Fish & <b>"chips"</b>',
  xLabel: "day",
  yLabel: "minutes",
  categories: ["Mon", "Tue", "Wed"],
  series: [
    { name: "plaice", values: [1, null, -3] },
    { name: "cod", values: [2, 4, 5] },
  ],
};

it("draws a line for each series, with a gap where a value is missing", () => {
  const svg = lineChart(chart);
  expect(svg.match(/<path d="M/g)).toHaveLength(2);
  expect(svg.match(/<circle/g)).toHaveLength(5);
  expect(svg).not.toContain("NaN");
});

it("draws bars from the zero line, downwards for what is negative", () => {
  const heights = [...barChart(chart).matchAll(/<rect[^>]* height="([\d.]+)" fill/g)].map(([, height]) =>
    Number(height),
  );
  expect(heights.slice(0, 2)).toHaveLength(2);
  expect(heights.every((height) => height > 0)).toBe(true);
});

it("takes names as text and loads nothing from elsewhere", () => {
  const svg = lineChart(chart);
  expect(svg).toContain("Fish &amp; &lt;b&gt;&quot;chips&quot;&lt;/b&gt;");
  expect(svg.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:|href|<script/);
  expect(Buffer.from(dataUri(svg).replace("data:image/svg+xml;base64,", ""), "base64").toString()).toBe(svg);
});

it("draws a chart without values", () => {
  expect(lineChart({ ...chart, categories: [], series: [] })).not.toContain("NaN");
});
