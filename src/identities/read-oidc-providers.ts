import { defaultAudience, type Partition } from '../aws/partition';
import { GITHUB_ISSUER } from '../policy/trust-policy';
import { quoted } from '../text/describe-value';
import { keyPathText, type KeyPath } from '../text/problem';
import type { DeclaredOidcProvider } from './declaration';
import type { DocumentReading } from './document-reading';
import { readTags } from './read-tags';

const MAX_URL = 255;

/** The OIDC providers of a document. */
export function readDeclaredProviders(reading: DocumentReading): DeclaredOidcProvider[] {
  const { document, problems, settings } = reading;
  const urls = new Map<string, KeyPath>();
  return Object.entries(document['oidc-providers'] ?? {}).flatMap(([name, given]) => {
    const path: KeyPath = ['oidc-providers', name];
    const tags = readTags(given?.tags, [...path, 'tags'], reading);
    const audiences = readAudiences(given?.audiences, [...path, 'audiences'], reading);
    const url =
      given && readUrl(given.url ?? (name === 'github' ? `https://${GITHUB_ISSUER}` : undefined), path, reading);
    if (url === undefined) return [];
    const first = urls.get(url);
    if (first) {
      problems.add(path, `has the same URL as ${keyPathText(first)}; an account has one provider for each URL`);
    }
    urls.set(url, path);
    return { url, audiences: audiences ?? [defaultAudience(settings.partition as Partition)], tags };
  });
}

/**
 * The issuer's URL, without a slash at its end.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
 */
function readUrl(written: string | undefined, path: KeyPath, { problems }: DocumentReading): string | undefined {
  const should = `it should be the issuer's URL: https://, a host, perhaps a path, and at most ${MAX_URL} characters`;
  if (written === undefined) {
    problems.add([...path, 'url'], `is missing; ${should}. Only "github" needs none`);
    return undefined;
  }
  const url = /^https:\/\/[a-z\d]/i.test(written) && URL.canParse(written) ? new URL(written) : undefined;
  const extras = url && `${url.search}${url.hash}${url.port}${url.username}${url.password}`;
  if (!url || extras !== '' || /[\s?#]/.test(written) || written.length > MAX_URL) {
    problems.add([...path, 'url'], `is ${quoted(written)}; ${should}, without a port, a query or a user`);
    return undefined;
  }
  return `https://${url.host}${url.pathname.replace(/\/+$/, '')}`;
}

function readAudiences(
  given: readonly (string | undefined)[] | undefined,
  path: KeyPath,
  { problems }: DocumentReading,
): string[] | undefined {
  return given?.flatMap((audience, index) => {
    if (audience === undefined) return [];
    const first = given.indexOf(audience);
    if (first !== index) {
      problems.add([...path, index], `is ${quoted(audience)}, which the list has already as [${first}]`);
    }
    return audience;
  });
}
