export interface RunOptions {
  readonly json?: boolean;
}
export async function runFile(_target: string, _options: RunOptions): Promise<void> {}
