import { PostgresAdapter, PostgresQueryCompiler, type RawNode } from "kysely";
import { type AdapterOfDialect, nodeIn } from "../portable.ts";
import { postgresSql } from "./sql.ts";

export class Adapter extends PostgresAdapter implements AdapterOfDialect {
  readonly dialect = postgresSql;
}

export class Compiler extends PostgresQueryCompiler {
  protected override visitRaw(node: RawNode): void {
    super.visitRaw(nodeIn(postgresSql, node));
  }
}
