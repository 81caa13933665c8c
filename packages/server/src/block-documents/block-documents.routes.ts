import {
  blockDocumentsOfType,
  countBlockDocuments,
  createBlockDocument,
  deleteBlockDocument,
  filterBlockDocuments,
  readBlockDocument,
  readBlockDocumentByName,
  updateBlockDocument,
} from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";
import * as blockDocuments from "./block-documents.service.ts";
import * as changes from "./changes.service.ts";

export function blockDocumentRoutes(serve: Serve): void {
  serve(createBlockDocument, ({ body, context }) => changes.create(context, body));
  serve(readBlockDocument, ({ params, query, context }) =>
    blockDocuments.read(context, params.id, query.include_secrets ?? false),
  );
  serve(updateBlockDocument, async ({ params, body, context }) => {
    await changes.update(context, params.id, body);
    return null;
  });
  serve(deleteBlockDocument, async ({ params, context }) => {
    await changes.remove(context, params.id);
    return null;
  });
  serve(filterBlockDocuments, ({ body, context }) => blockDocuments.filter(context, body));
  serve(countBlockDocuments, ({ body, context }) => blockDocuments.count(context, body));
  serve(blockDocumentsOfType, ({ params, query, context }) =>
    blockDocuments.ofType(context, params.slug, query.include_secrets ?? false),
  );
  serve(readBlockDocumentByName, ({ params, query, context }) =>
    blockDocuments.readByName(
      context,
      { slug: params.slug, name: params.block_document_name },
      query.include_secrets ?? false,
    ),
  );
}
