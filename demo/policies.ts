import type { Account } from '../sandbox/accounts/account';
import { githubIssuer } from '../sandbox/github/oidc';
import type { PolicyDocument, Statement } from '../sandbox/policy/document';

const ISSUER = githubIssuer.replace('https://', '');

export function allowing(allowed: Omit<Statement, 'Effect'>): PolicyDocument {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...allowed }] };
}

/** A trust policy that allows the job, in an account with GitHub's identity provider. */
export function trustingJobIn(account: Account): PolicyDocument {
  const { arn } = account.createOidcProvider({ url: githubIssuer, clientIds: ['sts.amazonaws.com'] });
  return allowing({
    Action: 'sts:AssumeRoleWithWebIdentity',
    Principal: { Federated: arn },
    Condition: {
      StringEquals: {
        [`${ISSUER}:aud`]: 'sts.amazonaws.com',
        [`${ISSUER}:sub`]: ['repo:octo/app:ref:refs/heads/main', 'repo:octo@1/app@2:ref:refs/heads/main'],
      },
    },
  });
}
