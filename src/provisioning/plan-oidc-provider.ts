import type { DeclaredOidcProvider } from '../identities/declaration';
import type { ExistingOidcProvider } from './account';
import { oidcProviderArn } from './arns';
import { ownerOf } from './ownership';
import type { Planned } from './plan';
import {
  changeOf,
  newTags,
  notOurs,
  tagChanges,
  tagList,
  wantedTags,
  type Difference,
  type Rules,
} from './plan-changes';

/** Makes the account know an OIDC provider, for its audiences. */
export function planOidcProvider(
  { url, audiences, tags }: DeclaredOidcProvider,
  existing: ExistingOidcProvider | undefined,
  rules: Rules,
): Planned {
  const kind = 'OIDC provider';
  const name = url.replace(/^https:\/\//, '');
  const arn = oidcProviderArn(url, rules.place);
  if (!existing) {
    // AWS trusts the certificates of well-known authorities, and finds the thumbprint of others.
    const input = { Url: url, ClientIDList: [...audiences], Tags: tagList(wantedTags(tags, rules)) };
    const creates = { kind, arn } as const;
    const stages = [[{ operation: 'CreateOpenIDConnectProvider', input } as const]];
    const details = [...audiences.map((audience) => `+ audience ${audience}`), ...newTags(tags, rules)];
    return { change: { action: 'create', kind, name, details, stages, creates } };
  }
  const missing = audiences.filter((audience) => !existing.audiences.includes(audience));
  const owner = ownerOf(existing.tags, rules.place.repository);
  // An account has one provider for an issuer, which all its repositories share.
  if (owner !== 'this repository' && !rules.adoptExisting && missing.length === 0) {
    const details = ['there already, and not made for this repository: it stays as it is'];
    return { change: { action: 'leave', kind, name, details, stages: [] } };
  }
  const obstacle = notOurs(kind, arn, existing.tags, rules);
  if (obstacle) return { obstacle };
  const change = changeOf(kind, name, [
    audienceChanges(arn, existing.audiences, audiences),
    tagChanges(existing.tags, tags, rules, {
      tag: (Tags) => ({ operation: 'TagOpenIDConnectProvider', input: { OpenIDConnectProviderArn: arn, Tags } }),
      untag: (TagKeys) => ({
        operation: 'UntagOpenIDConnectProvider',
        input: { OpenIDConnectProviderArn: arn, TagKeys },
      }),
    }),
  ]);
  return { change };
}

function audienceChanges(arn: string, before: readonly string[], wanted: readonly string[]): Difference {
  const missing = wanted.filter((audience) => !before.includes(audience));
  const gone = before.filter((audience) => !wanted.includes(audience));
  return {
    details: [
      ...gone.map((audience) => `- audience ${audience}`),
      ...missing.map((audience) => `+ audience ${audience}`),
    ],
    removing: gone.map((ClientID) => ({
      operation: 'RemoveClientIDFromOpenIDConnectProvider',
      input: { OpenIDConnectProviderArn: arn, ClientID },
    })),
    adding: missing.map((ClientID) => ({
      operation: 'AddClientIDToOpenIDConnectProvider',
      input: { OpenIDConnectProviderArn: arn, ClientID },
    })),
  };
}
