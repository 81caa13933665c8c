import { isPlainObject } from "@ostinato/core";

/** What the key file of a service account of Google tells of itself. The names of buckets often begin with the project's. */
const openFields = new Set([
  "type",
  "project_id",
  "client_email",
  "auth_uri",
  "token_uri",
  "auth_provider_x509_cert_url",
  "client_x509_cert_url",
  "universe_domain",
]);

/**
 * The value without what is no secret in it. Blocks of Google Cloud keep a whole key file as secret; were its project redacted too, `gs://lab-claims/raw` would be
 * written down as `gs://********-claims/raw`, in results as well.
 */
export function secretParts(value: unknown): unknown {
  if (!isPlainObject(value) || value.type !== "service_account") return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !openFields.has(name)));
}
