import type { SignedCall } from '../query/service';
import type { XmlFields } from '../query/xml';

/** Operations of IAM by name; all of them are signed. */
export type Operations = Readonly<Record<string, (call: SignedCall) => XmlFields>>;
