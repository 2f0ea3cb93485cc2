import type { Account, Role, RoleSettings } from '../../sandbox/accounts/account';
import { allow, trust } from '../sandbox/sts-client';
import { ISSUER } from './scenario';

/** What a trust policy allows where sessions carry tags and a source identity. */
const EVERYTHING = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'];

interface PathSettings extends Partial<Omit<RoleSettings, 'trust'>> {
  /** What the trust policy allows; everything if omitted. */
  readonly actions?: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A role that the principal with this ARN may assume, and that may itself assume any other that lets it. */
export function roleFor(principal: string, account: Account, name: string, settings: PathSettings = {}): Role {
  const { actions = EVERYTHING, conditions = {}, ...rest } = settings;
  const policies = [allow('sts:*')];
  return account.createRole(name, { policies, ...rest, trust: trust(principal, conditions, actions) });
}

/** A role that GitHub's tokens for octo/app on main may assume, in whatever account. */
export function roleForOidc(account: Account, name: string, settings: Partial<Omit<RoleSettings, 'trust'>> = {}): Role {
  const provider =
    account.oidcProviders.get(ISSUER) ?? account.createOidcProvider({ url: ISSUER, clientIds: ['sts.amazonaws.com'] });
  return account.createRole(name, {
    policies: [allow('sts:*')],
    ...settings,
    trust: {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Action: 'sts:AssumeRoleWithWebIdentity',
        Principal: { Federated: provider.arn },
        Condition: {
          StringEquals: {
            'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
            'token.actions.githubusercontent.com:sub': 'repo:octo/app:ref:refs/heads/main',
          },
        },
      },
    },
  });
}
