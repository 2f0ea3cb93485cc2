import type { X509Certificate } from 'node:crypto';
import type { Tags } from '../accounts/tags';
import { accessDenied } from './refusals';

const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;

/**
 * The tags that AWS makes of what is in a certificate: `x509Subject/CN`, `x509Issuer/O`, `x509SAN/DNS`, …
 * https://docs.aws.amazon.com/rolesanywhere/latest/userguide/workload-identities.html
 *
 * @param roleArn whose session it is for
 * @throws Refusal when one of them can be no tag
 */
export function tagsOf({ subject, issuer, subjectAltName }: X509Certificate, roleArn: string): Tags {
  const groups = [
    { title: 'Issuer', prefix: 'x509Issuer/', parts: partsOf(issuer) },
    { title: 'Subject', prefix: 'x509Subject/', parts: partsOf(subject) },
    { title: 'SAN', prefix: 'x509SAN/', parts: (subjectAltName ?? '').split(', ').flatMap(ofAlternativeName) },
  ];
  const wrong = groups.map(({ title, parts }) => {
    const names = parts.filter(([, value]) => !TAG_VALUE.test(value)).map(([name]) => name);
    return { title, names };
  });
  if (wrong.some(({ names }) => names.length > 0)) {
    const listed = wrong.map(({ title, names }) => `${title}: [ ${names.map((name) => `${name} `).join('')}]`);
    throw accessDenied(
      `Unable to assume role for ${roleArn}; Some attributes failed to be mapped into session tags. ${listed.join('; ')}`,
    );
  }
  return Object.fromEntries(
    groups.flatMap(({ prefix, parts }) => parts.map(([name, value]) => [prefix + name, value])),
  );
}

type Part = readonly [name: string, value: string];

/** Of a distinguished name, as Node writes it: nothing for an empty one, other than its types say. */
function partsOf(name: string | undefined): Part[] {
  return (name ?? '').split(/\n| \+ /).flatMap((line) => {
    const [type = '', ...value] = line.split('=');
    return type === '' ? [] : [[type, value.join('=')] as const];
  });
}

function ofAlternativeName(entry: string): Part[] {
  const [, type, value] = /^(DNS|URI):(.*)$/.exec(entry) ?? [];
  return type === undefined || value === undefined ? [] : [[type, value]];
}
