/** Tags the operations that only pages use. */
export const pagesTag = "UI";
