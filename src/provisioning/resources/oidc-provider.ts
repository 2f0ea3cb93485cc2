import { iamArn } from '../../aws/arn';
import type { Iam } from '../../iam/connect';
import { tagList, tagsIn } from '../../iam/tags';
import type { DeclaredOidcProvider, Tags } from '../../identities/declaration';
import type { AccountAccess, TargetAccount } from '../changes/account-access';
import { changeOf, membersDifference, removalOf, withoutCalls, type Change, type Planned } from '../changes/change';
import { readEphemeral } from '../ephemeral';
import { nothingToRemove, notOurs, ofAnotherRun, ownerOf, takenOver, type Rules } from './ownership';
import { newTags, tagChanges, tagsToMake } from './tags';

const OIDC_PROVIDER = 'OIDC provider';

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
    const input = { Url: url, ClientIDList: [...audiences], Tags: tagList(tagsToMake(tags, rules)) };
    const details = [...audiences.map((audience) => `+ audience ${audience}`), ...newTags(tags, rules)];
    return {
      ...withoutCalls('create', OIDC_PROVIDER, name, ...details),
      stages: [[{ operation: 'CreateOpenIDConnectProvider', input }]],
      creates: { kind: OIDC_PROVIDER, arn },
    };
  }
  const missing = audiences.filter((audience) => !existing.audiences.includes(audience));
  const owner = ownerOf(existing.tags, rules.account.repository);
  // An account has one provider for an issuer, which all its repositories share.
  if (owner !== 'this repository' && !rules.adoptExisting && missing.length === 0) {
    const left = 'there already, and not made for this repository: it stays as it is';
    return (
      ofAnotherRun(OIDC_PROVIDER, arn, readEphemeral(existing.tags), rules) ??
      withoutCalls('leave', OIDC_PROVIDER, name, left)
    );
  }
  const OpenIDConnectProviderArn = arn;
  return (
    notOurs(OIDC_PROVIDER, arn, existing.tags, rules) ??
    takenOver(
      changeOf(OIDC_PROVIDER, name, [
        {
          ...membersDifference('audience', existing.audiences, audiences, {
            add: (ClientID) => ({
              operation: 'AddClientIDToOpenIDConnectProvider',
              input: { OpenIDConnectProviderArn, ClientID },
            }),
            remove: (ClientID) => ({
              operation: 'RemoveClientIDFromOpenIDConnectProvider',
              input: { OpenIDConnectProviderArn, ClientID },
            }),
          }),
          widenings: missing.map((audience) => `accepts tokens for the audience ${audience}`),
        },
        tagChanges(existing.tags, tags, rules, {
          tag: (Tags) => ({ operation: 'TagOpenIDConnectProvider', input: { OpenIDConnectProviderArn, Tags } }),
          untag: (TagKeys) => ({
            operation: 'UntagOpenIDConnectProvider',
            input: { OpenIDConnectProviderArn, TagKeys },
          }),
        }),
      ]),
      { kind: OIDC_PROVIDER, arn },
      existing.tags,
      rules,
    )
  );
}

export async function planOidcProviderRemoval(
  OpenIDConnectProviderArn: string,
  { iam, account }: AccountAccess,
): Promise<Change> {
  const name = issuerIn(OpenIDConnectProviderArn);
  const provider = await readOidcProvider(OpenIDConnectProviderArn, iam);
  const nothing = nothingToRemove(OIDC_PROVIDER, name, provider?.tags, account);
  const deletion = { operation: 'DeleteOpenIDConnectProvider', input: { OpenIDConnectProviderArn } } as const;
  return nothing ?? removalOf(OIDC_PROVIDER, name, [[deletion]], readEphemeral(provider?.tags ?? {}));
}
