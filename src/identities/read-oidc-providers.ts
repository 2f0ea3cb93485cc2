import { defaultAudience, type Partition } from '../aws/partition';
import { GITHUB_ISSUER } from '../policy/trust-policy';
import { keyPathText, type KeyPath } from '../text/problem';
import { quoted } from '../text/value';
import type { DeclaredOidcProvider } from './declaration';
import type { DocumentPart } from './document-part';
import { readTags } from './read-tags';
import type { SoundDocument } from './structure';
import { distinctItems } from './unique-parts';

const MAX_URL = 255;

/** The OIDC providers of a document. */
export function readDeclaredProviders(
  providers: DocumentPart<SoundDocument['oidc-providers']>,
): DeclaredOidcProvider[] {
  const ofGithub = defaultAudience(providers.reading.settings.partition as Partition);
  const urls = new Map<string, KeyPath>();
  return providers.members().flatMap(([name, part]) => {
    const tags = readTags(part.at('tags'));
    const given = distinctItems(part.at('audiences'), 'has').map((audience) => audience.given);
    const audiences = part.given.audiences ? given : [ofGithub];
    const written = part.given.issuer ?? (name === 'github' ? `https://${GITHUB_ISSUER}` : undefined);
    const url = readUrl(part.at('issuer').as(written));
    if (url === undefined) return [];
    const first = urls.get(url);
    if (first) part.wrong(`has the same issuer as ${keyPathText(first)}; an account has one provider for each`);
    urls.set(url, part.path);
    const issuer = url.replace('https://', '');
    part.reading.issuers.set(name, issuer);
    if (!part.reading.problems.anyIn(part.path)) part.reading.audiences.set(issuer, audiences);
    return { url, audiences, tags };
  });
}

/**
 * The issuer's URL, without a slash at its end.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
 */
export function readUrl(part: DocumentPart<string | undefined>): string | undefined {
  const { given: written } = part;
  const should = `it should be the issuer's URL: https://, a host, perhaps a path, and at most ${MAX_URL} characters`;
  if (written === undefined) {
    part.wrong(`is missing; ${should}. Only "github" needs none`);
    return undefined;
  }
  const url = /^https:\/\/[a-z\d]/i.test(written) && URL.canParse(written) ? new URL(written) : undefined;
  const extras = url && `${url.search}${url.hash}${url.port}${url.username}${url.password}`;
  if (!url || extras !== '' || /[\s?#]/.test(written) || written.length > MAX_URL) {
    part.wrong(`is ${quoted(written)}; ${should}, without a port, a query or a user`);
    return undefined;
  }
  return `https://${url.host}${url.pathname.replace(/\/+$/, '')}`;
}
