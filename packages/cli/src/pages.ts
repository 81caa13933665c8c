/** Maximum rows of a page in the API. */
export const pageRows = 200;

/** Reads pages up to `limit` rows or the end. */
export async function readPages<Row>(
  limit: number,
  readPage: (page: { readonly limit: number; readonly offset: number }) => Promise<readonly Row[]>,
  maxPageRows = pageRows,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  while (rows.length < limit) {
    const wanted = Math.min(maxPageRows, limit - rows.length);
    const page = await readPage({ limit: wanted, offset: rows.length });
    rows.push(...page);
    if (page.length < wanted) break;
  }
  return rows;
}
