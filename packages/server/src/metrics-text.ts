/** What stands under one name, with one line for each sample. */
export interface Family {
  /** Without the `ostinato_` before it. */
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly samples: readonly Sample[];
}

export interface Sample {
  /** Of the name: `_sum`. */
  readonly suffix?: string;
  /** As `labelsText` writes them. */
  readonly labels: string;
  readonly value: number;
}

/** In the format of Prometheus, version 0.0.4. */
export function familyText({ name, help, type, samples }: Family): string {
  const fullName = `ostinato_${name}`;
  const lines = samples.map(({ suffix = "", labels, value }) => {
    return `${fullName}${suffix}${labels === "" ? "" : `{${labels}}`} ${value}\n`;
  });
  return `# HELP ${fullName} ${help}\n# TYPE ${fullName} ${type}\n${lines.join("")}`;
}

export function labelsText(labels: readonly (readonly [name: string, value: string | number])[]): string {
  return labels.map(([name, value]) => `${name}="${escaped(value)}"`).join(",");
}

function escaped(value: string | number): string | number {
  if (typeof value === "number") return value;
  return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
