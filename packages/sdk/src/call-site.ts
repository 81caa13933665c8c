import { pathToFileURL } from "node:url";

/** Where in the user's code something was called. */
export interface CallSite {
  /** `file:///…` */
  readonly url: string;
}

// Where this package runs from its sources, and where it is installed or bundled.
const ownFolder = new URL(".", import.meta.url).href;

/** The first frame on the stack that is neither Node's nor ours. */
export function callSite(): CallSite | undefined {
  for (const url of stackUrls()) {
    if (!url.startsWith("file:") || (url.startsWith(ownFolder) && !/\.test\.ts$|\/fixtures\//.test(url))) continue;
    return { url };
  }
  return undefined;
}

function stackUrls(): string[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = 12;
    Error.prepareStackTrace = (_, frames) => frames;
    const frames = new Error().stack as unknown as readonly NodeJS.CallSite[];
    return frames.map((frame) => toUrl(frame.getFileName() ?? ""));
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function toUrl(file: string): string {
  return file.startsWith("/") || /^[A-Za-z]:\\/.test(file) ? pathToFileURL(file).href : file;
}
