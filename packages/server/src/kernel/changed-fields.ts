/** What a change of a row changed, by Prefect's names of the fields. */
export type ChangedFields = Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>>;

/** The fields that differ between two readings. */
export function differing<T extends object>(before: T, after: T, fields: readonly (keyof T & string)[]): ChangedFields {
  const changed = fields.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));
  return Object.fromEntries(changed.map((field) => [field, { from: before[field], to: after[field] }]));
}

export function isEmpty(changed: ChangedFields): boolean {
  return Object.keys(changed).length === 0;
}
