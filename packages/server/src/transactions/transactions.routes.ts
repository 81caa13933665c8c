import {
  beginTransaction,
  commitTransaction,
  forgetTransactionKey,
  readTransactionKey,
  rollBackTransaction,
} from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";
import * as transactions from "./transactions.service.ts";

export function transactionRoutes(serve: Serve): void {
  serve(beginTransaction, ({ body, context }) => transactions.begin(context, body));
  serve(commitTransaction, async ({ body, context }) => {
    await transactions.commit(context, body);
    return null;
  });
  serve(rollBackTransaction, async ({ body, context }) => {
    await transactions.rollBack(context, body);
    return null;
  });
  serve(readTransactionKey, ({ query, context }) => transactions.readKey(context, query.key));
  serve(forgetTransactionKey, async ({ body, context }) => ({
    forgotten: await transactions.forgetKey(context, body.key),
  }));
}
