/** Invalid fields as one line: `day: …; rows.2: …`. */
export function problemList(problems: readonly { readonly field: string; readonly message: string }[]): string {
  return problems.map(({ field, message }) => (field === "" ? message : `${field}: ${message}`)).join("; ");
}
