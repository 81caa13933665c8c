import type { ColumnTypes } from "../columns.ts";

/**
 * Blocks and variables. `block_schema.fields` is what readers get, with the definitions of nested blocks. `block_document.data` has
 * asterisks in place of its secrets, and `secrets` is the whole data, sealed (`kernel/sealed.ts`), where it has some. A nested document is a row
 * of `block_document_reference` and not part of the data.
 */
export function up({ uuid, moment, flag, json, searchableJson }: ColumnTypes): readonly string[] {
  const row = `id ${uuid} PRIMARY KEY, created ${moment} NOT NULL, updated ${moment} NOT NULL`;
  return [
    `CREATE TABLE block_type (${row}, name text NOT NULL, slug text NOT NULL UNIQUE, logo_url text, documentation_url text,
      description text, code_example text, is_protected ${flag} NOT NULL)`,
    "CREATE INDEX block_type_name ON block_type (name)",
    `CREATE TABLE block_schema (${row}, checksum text NOT NULL, fields ${json} NOT NULL, capabilities ${searchableJson} NOT NULL,
      version text NOT NULL, block_type_id ${uuid} NOT NULL REFERENCES block_type ON DELETE CASCADE, UNIQUE (checksum, version))`,
    "CREATE INDEX block_schema_type ON block_schema (block_type_id)",
    "CREATE INDEX block_schema_created ON block_schema (created, id)",
    `CREATE TABLE block_document (${row}, name text NOT NULL, data ${json} NOT NULL, secrets text,
      block_schema_id ${uuid} NOT NULL REFERENCES block_schema ON DELETE CASCADE,
      block_type_id ${uuid} NOT NULL REFERENCES block_type ON DELETE CASCADE, is_anonymous ${flag} NOT NULL,
      UNIQUE (block_type_id, name))`,
    "CREATE INDEX block_document_schema ON block_document (block_schema_id)",
    "CREATE INDEX block_document_name ON block_document (name, id)",
    `CREATE TABLE block_document_reference (parent_id ${uuid} NOT NULL REFERENCES block_document ON DELETE CASCADE, name text NOT NULL,
      block_document_id ${uuid} NOT NULL REFERENCES block_document ON DELETE CASCADE, PRIMARY KEY (parent_id, name))`,
    "CREATE INDEX block_document_reference_to ON block_document_reference (block_document_id)",
    `CREATE TABLE variable (${row}, name text NOT NULL UNIQUE, value ${json} NOT NULL, tags ${searchableJson} NOT NULL)`,
    "CREATE INDEX variable_created ON variable (created, id)",
    "CREATE INDEX variable_updated ON variable (updated, id)",
  ];
}
