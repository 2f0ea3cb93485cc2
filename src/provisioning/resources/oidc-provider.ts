import type { Iam } from '../../iam/connect';
import type { DeclaredOidcProvider, Tags } from '../../identities/declaration';
import { iamArn, type AccountAccess, type TargetAccount } from '../changes/account-access';
import { changeOf, removalOf, withoutCalls, type Change, type Difference, type Planned } from '../changes/change';
import { nothingToRemove, notOurs, ownerOf, type Rules } from './ownership';
import { newTags, tagChanges, tagList, tagsIn, wantedTags } from './tags';

const KIND = 'OIDC provider';

export interface ExistingOidcProvider {
  readonly arn: string;
  readonly audiences: readonly string[];
  readonly tags: Tags;
}

/** @param url the issuer, with `https://` */
export function oidcProviderArn(url: string, account: TargetAccount): string {
  return iamArn(account, `oidc-provider/${url.replace(/^https:\/\//, '')}`);
}

/** The issuer, without `https://`. */
function issuerIn(arn: string): string {
  return arn.slice(arn.indexOf('/') + 1);
}

export async function readOidcProvider(arn: string, iam: Iam): Promise<ExistingOidcProvider | undefined> {
  const provider = await iam.find('GetOpenIDConnectProvider', { OpenIDConnectProviderArn: arn });
  return provider && { arn, audiences: provider.ClientIDList ?? [], tags: tagsIn(provider.Tags) };
}

/** Makes the account know an OIDC provider, for its audiences. */
export function planOidcProvider(
  { url, audiences, tags }: DeclaredOidcProvider,
  existing: ExistingOidcProvider | undefined,
  rules: Rules,
): Planned {
  const arn = oidcProviderArn(url, rules.account);
  const name = issuerIn(arn);
  if (!existing) {
    // AWS trusts the certificates of well-known authorities, and finds the thumbprint of others.
    const input = { Url: url, ClientIDList: [...audiences], Tags: tagList(wantedTags(tags, rules)) };
    const details = [...audiences.map((audience) => `+ audience ${audience}`), ...newTags(tags, rules)];
    return {
      ...withoutCalls('create', KIND, name, ...details),
      stages: [[{ operation: 'CreateOpenIDConnectProvider', input }]],
      creates: { kind: KIND, arn },
    };
  }
  const missing = audiences.filter((audience) => !existing.audiences.includes(audience));
  const owner = ownerOf(existing.tags, rules.account.repository);
  // An account has one provider for an issuer, which all its repositories share.
  if (owner !== 'this repository' && !rules.adoptExisting && missing.length === 0) {
    return withoutCalls('leave', KIND, name, 'there already, and not made for this repository: it stays as it is');
  }
  const OpenIDConnectProviderArn = arn;
  return (
    notOurs(KIND, arn, existing.tags, rules) ??
    changeOf(KIND, name, [
      audienceChanges(arn, existing.audiences, audiences),
      tagChanges(existing.tags, tags, rules, {
        tag: (Tags) => ({ operation: 'TagOpenIDConnectProvider', input: { OpenIDConnectProviderArn, Tags } }),
        untag: (TagKeys) => ({ operation: 'UntagOpenIDConnectProvider', input: { OpenIDConnectProviderArn, TagKeys } }),
      }),
    ])
  );
}

function audienceChanges(
  OpenIDConnectProviderArn: string,
  before: readonly string[],
  wanted: readonly string[],
): Difference {
  const missing = wanted.filter((audience) => !before.includes(audience));
  const gone = before.filter((audience) => !wanted.includes(audience));
  return {
    details: [
      ...gone.map((audience) => `- audience ${audience}`),
      ...missing.map((audience) => `+ audience ${audience}`),
    ],
    removing: gone.map((ClientID) => ({
      operation: 'RemoveClientIDFromOpenIDConnectProvider',
      input: { OpenIDConnectProviderArn, ClientID },
    })),
    adding: missing.map((ClientID) => ({
      operation: 'AddClientIDToOpenIDConnectProvider',
      input: { OpenIDConnectProviderArn, ClientID },
    })),
  };
}

export async function planOidcProviderRemoval(
  OpenIDConnectProviderArn: string,
  { iam, account }: AccountAccess,
): Promise<Change> {
  const name = issuerIn(OpenIDConnectProviderArn);
  const provider = await readOidcProvider(OpenIDConnectProviderArn, iam);
  const nothing = nothingToRemove(KIND, name, provider?.tags, account);
  const deletion = { operation: 'DeleteOpenIDConnectProvider', input: { OpenIDConnectProviderArn } } as const;
  return nothing ?? removalOf(KIND, name, [[deletion]]);
}
