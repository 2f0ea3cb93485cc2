import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { identityOf, type Keys } from './sts-client';

/** Parameters of a request in AWS's Query protocol, of which `Action` names the operation. */
export type QueryParameters = Readonly<Record<string, string>> & { readonly Action: string };

/** What AWS answered, without what differs from one request to the next. */
export interface QueryAnswer {
  readonly status: number;
  /** Why it refused. */
  readonly code: string | undefined;
  /** The paths of all elements that are not empty, and of the result. */
  readonly elements: ReadonlySet<string>;
  readonly body: string;
}

const VERSIONS = { iam: '2010-05-08', sts: '2011-06-15' } as const;

/** Sends a request as it is, with nothing checked before by a client. */
export async function query(
  url: string,
  service: keyof typeof VERSIONS,
  keys: Keys,
  params: QueryParameters,
): Promise<QueryAnswer> {
  const { hostname, host } = new URL(url);
  const signer = new SignatureV4({ service, region: 'us-east-1', credentials: identityOf(keys), sha256: Sha256 });
  const { method, headers, body } = await signer.sign({
    method: 'POST',
    protocol: 'http:',
    hostname,
    path: '/',
    headers: { host, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ Version: VERSIONS[service], ...params }).toString(),
  });
  const answer = await fetch(url, { method, headers, body: body as string });
  const xml = await answer.text();
  return { status: answer.status, code: textOf(xml, 'Code'), elements: elementsOf(xml), body: xml };
}

/** The text of the first element of this name. */
export function textOf(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}

function elementsOf(xml: string): Set<string> {
  const paths = new Set<string>();
  const open: string[] = [];
  for (const [, end, name = '', closed, text = ''] of xml.matchAll(/<(\/?)(\w+)[^>]*?(\/?)>([^<]*)/g)) {
    if (end) {
      open.pop();
      continue;
    }
    open.push(name);
    if (name.endsWith('Result') || text.trim() !== '') paths.add(open.join('/'));
    if (closed) open.pop();
  }
  return paths;
}
