import type { PolicyDocument } from './document';

const allow = (Action: string | readonly string[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action, Resource: '*' },
});

/** The AWS managed policies that the sandbox knows, by name. In outline only: AWS's list thousands of actions. */
export const awsManagedPolicies: Readonly<Record<string, PolicyDocument>> = {
  AdministratorAccess: allow('*'),
  AmazonS3ReadOnlyAccess: allow(['s3:Get*', 's3:List*', 's3:Describe*']),
  PowerUserAccess: {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
  },
  ReadOnlyAccess: allow(['*:Get*', '*:List*', '*:Describe*', '*:BatchGet*', '*:View*', '*:Search*']),
};
