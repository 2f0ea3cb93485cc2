import * as z from 'zod/mini';
import { identityDocument } from './definition/identity-document';

/** The JSON Schema of an identity document (draft 2020-12), by which editors check it while it is written. */
export function identitiesSchema() {
  return z.toJSONSchema(identityDocument, { target: 'draft-2020-12' });
}
