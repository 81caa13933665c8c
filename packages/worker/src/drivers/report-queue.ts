import type { JobReport } from "./driver.ts";

/**
 * Hands reports from a driver to one reader, and holds a bounded amount of them. Whoever adds output waits for room, so that what is not read
 * stays in the pipe of the process that writes it.
 */
export class ReportQueue {
  readonly #reports: JobReport[] = [];
  #heldCharacters = 0;
  #isClosed = false;
  #wakeReader = () => {};
  #wakeWriters = Promise.withResolvers<void>();

  /** Adds a report. Resolves when there is room for the next one. After `close` nothing is added. */
  async add(report: JobReport): Promise<void> {
    if (this.#isClosed) return;
    this.#reports.push(report);
    this.#heldCharacters += sizeOf(report);
    this.#wakeReader();
    while (this.#heldCharacters > maxHeldCharacters && !this.#isClosed) await this.#wakeWriters.promise;
  }

  notice(level: "debug" | "info" | "warning" | "error", message: string): void {
    void this.add({ kind: "notice", level, message });
  }

  /** No more reports come. The reader still gets those that are held. */
  close(): void {
    this.#isClosed = true;
    this.#wakeReader();
    this.#letWritersOn();
  }

  async *read(): AsyncGenerator<JobReport, void, void> {
    try {
      for (;;) {
        const report = this.#reports.shift();
        if (report !== undefined) {
          this.#heldCharacters -= sizeOf(report);
          if (this.#heldCharacters <= maxHeldCharacters) this.#letWritersOn();
          yield report;
        } else if (this.#isClosed) return;
        else await new Promise<void>((resolve) => (this.#wakeReader = resolve));
      }
    } finally {
      // A reader that stops early must not leave the job blocked.
      this.#reports.length = 0;
      this.close();
    }
  }

  #letWritersOn(): void {
    this.#wakeWriters.resolve();
    this.#wakeWriters = Promise.withResolvers();
  }
}

const maxHeldCharacters = 1_000_000;
/** So that empty lines count as well. */
const charactersPerReport = 100;

function sizeOf(report: JobReport): number {
  if (report.kind === "output") return report.text.length + charactersPerReport;
  return charactersPerReport;
}
