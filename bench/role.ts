import type { Account, Role, User } from '../sandbox/accounts/account';
import { githubIssuer } from '../sandbox/github/oidc';

/** A role that the user may assume, and the job with GitHub's token. */
export function createRole(account: Account, user: User): Role {
  const provider = account.createOidcProvider({ url: githubIssuer, clientIds: ['sts.amazonaws.com'] });
  return account.createRole('deploy', {
    trust: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: user.arn }, Action: ['sts:AssumeRole', 'sts:TagSession'] },
        {
          Effect: 'Allow',
          Principal: { Federated: provider.arn },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: { StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:octo/app:*' } },
        },
      ],
    },
  });
}
