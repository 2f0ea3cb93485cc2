import type { X509Certificate } from 'node:crypto';

/** An element of DER: its tag, and what it holds. */
interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
/** 2.5.29.15 */
const KEY_USAGE = '551d0f';
/** The first bit of KeyUsage. */
const DIGITAL_SIGNATURE = 0x80;

/** Signature algorithms with MD5 and SHA-1, by their object identifiers in DER. */
const WEAK_ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ['2a864886f70d010104', 'MD5'],
  ['2a864886f70d010105', 'SHA-1'],
  ['2a8648ce3d0401', 'SHA-1'],
]);

/**
 * Whether a certificate's key may sign data; undefined where it does not say what its key is for. Node tells the extended
 * key usage only.
 * https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.3
 */
export function allowsDigitalSignature({ raw }: X509Certificate): boolean | undefined {
  const [toBeSigned] = inside(inside({ content: raw })[0]);
  const extensions = inside(inside(toBeSigned).find(({ tag }) => tag === EXTENSIONS))[0];
  for (const extension of inside(extensions)) {
    const [identifier, ...others] = inside(extension);
    if (identifier?.content.toString('hex') !== KEY_USAGE) continue;
    // An octet string with a bit string in it, whose first byte counts the bits that are not used.
    const [bits] = inside(others.at(-1));
    return ((bits?.content[1] ?? 0) & DIGITAL_SIGNATURE) !== 0;
  }
  return undefined;
}

/** The version of X.509: 3 for one that has extensions, which say what it is for. Without it, a certificate is one of version 1. */
export function versionOf({ raw }: X509Certificate): number {
  const [toBeSigned] = inside(inside({ content: raw })[0]);
  const [first] = inside(toBeSigned);
  const [version] = first?.tag === VERSION ? inside(first) : [];
  return (version?.content[0] ?? 0) + 1;
}

/** The hash function with which a certificate is signed, where that is one that AWS does not take any more. */
export function weakHashOf({ raw }: X509Certificate): string | undefined {
  const [, algorithm] = inside(inside({ content: raw })[0]);
  const [identifier] = inside(algorithm);
  return WEAK_ALGORITHMS.get(identifier?.content.toString('hex') ?? '');
}

/** The elements that an element is made of: Node has found the certificate to be whole. */
function inside(element: Pick<Element, 'content'> | undefined): Element[] {
  const elements: Element[] = [];
  for (let rest = element?.content ?? Buffer.alloc(0); rest.length > 1;) {
    const [tag = 0, short = 0] = rest;
    // From 128 on, the length is in as many bytes as the first one says.
    const lengthBytes = short < 0x80 ? 0 : short & 0x7f;
    const start = 2 + lengthBytes;
    const length = lengthBytes === 0 ? short : rest.readUIntBE(2, lengthBytes);
    elements.push({ tag, content: rest.subarray(start, start + length) });
    rest = rest.subarray(start + length);
  }
  return elements;
}
