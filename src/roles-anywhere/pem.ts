/** A block of PEM: a certificate, a key, or something else. */
export interface PemBlock {
  /** What it says it is: `CERTIFICATE`, `PRIVATE KEY`, … */
  readonly label: string;
  /** The block alone, in lines as OpenSSL reads them. */
  readonly text: string;
  readonly isEncrypted: boolean;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----/gs;
const BEGINNING = /-----BEGIN ([A-Z0-9 ]+)-----/;
const LINE_LENGTH = 64;

/**
 * The blocks of PEM in a text, or in what it is the base64 of. Where a text went through JSON, a shell or a form, its
 * line breaks may have become `\n` or blanks: in base64 neither can be anything else.
 * https://www.rfc-editor.org/rfc/rfc7468
 */
export function pemBlocks(text: string): PemBlock[] {
  return [...pemIn(text).matchAll(BLOCK)].map(([, label = '', body = '']) => {
    const isEncrypted = label.startsWith('ENCRYPTED ') || /Proc-Type:.*ENCRYPTED/.test(body);
    const lines = body.replaceAll(/\s+/g, '').match(new RegExp(`.{1,${LINE_LENGTH}}`, 'g')) ?? [];
    return {
      label,
      text: [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n'),
      isEncrypted,
    };
  });
}

/** The label of a block that begins and does not end. */
export function unfinishedLabel(text: string): string | undefined {
  return BEGINNING.exec(pemIn(text).replaceAll(BLOCK, ''))?.[1];
}

function pemIn(text: string): string {
  const pem = text.includes('-----BEGIN ') ? text : Buffer.from(text, 'base64').toString('latin1');
  return pem.replaceAll(/\\r|\\n/g, '\n');
}
