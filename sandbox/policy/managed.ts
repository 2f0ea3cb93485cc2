import type { PolicyDocument } from './document';

const allow = (Action: string | readonly string[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action, Resource: '*' },
});

// In outline only: AWS's own documents list thousands of actions.
const awsManaged: Readonly<Record<string, PolicyDocument>> = {
  AdministratorAccess: allow('*'),
  PowerUserAccess: {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
  },
  ReadOnlyAccess: allow(['*:Get*', '*:List*', '*:Describe*', '*:BatchGet*', '*:View*', '*:Search*']),
};

/** The AWS managed policy with this ARN; undefined for those the sandbox does not know, which so grant nothing. */
export function managedPolicy(arn: string): PolicyDocument | undefined {
  const [, name] = /^arn:[^:]+:iam::aws:policy\/(.+)$/.exec(arn) ?? [];
  return name === undefined ? undefined : awsManaged[name];
}
