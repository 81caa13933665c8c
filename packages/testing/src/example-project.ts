import type { Page } from "./browser.ts";

/**
 * A whole project among the examples: `npm run example -- NAME` starts it. `examples/NAME/test/project.ts` exports it as `project`; that folder may
 * use what tests use, such as servers from package registries.
 */
export interface ExampleProject {
  /** One sentence, for those who choose. */
  readonly about: string;
  /** Settings of the server of Ostinato that the project needs. */
  readonly serverEnvironment?: NodeJS.ProcessEnv;
  /** Starts what the project needs beside the server of Ostinato, and fills it with what the flows find there. */
  start(place: ExamplePlace): Promise<StartedExample>;
}

export interface ExamplePlace {
  /** Of the server of Ostinato, without a slash at the end. */
  readonly url: string;
  /** The variables with which programs find that server. */
  readonly environment: NodeJS.ProcessEnv;
  /** Tells the user what happens, as it takes its time. */
  say(sentence: string): void;
}

/** Disposal stops what was started, flows under way too. */
export interface StartedExample extends AsyncDisposable {
  /** Runs the flows one after another. Gives the path of the page to look at: `runs/flow-run/…`. */
  run(): Promise<string>;
  /** What the user may do next, as Markdown without headings; printed at the end. */
  readonly next?: string;
  /** What the README shows once the flows have run. */
  pictures?(): Promise<readonly ExamplePicture[]>;
}

/** A page for the README, light and as wide as a screen unless it is for a phone, which is dark. */
export interface ExamplePicture {
  /** Of the file in `screenshots/`, without `.png`. */
  readonly name: string;
  /** Of the page: `runs/flow-run/…`. */
  readonly path: string;
  readonly isPhone?: boolean;
  /** What is done on the page before. */
  readonly act?: (page: Page) => Promise<void>;
}
