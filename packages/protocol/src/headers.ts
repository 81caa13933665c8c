/** The header by which clients of ours say what they are: `page`, `command-line`. */
export const clientHeader = "x-ostinato-client";
