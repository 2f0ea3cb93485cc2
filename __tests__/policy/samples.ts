import type { PolicyDocument } from '../../src/policy/policy-document';

/** Policies with every element that comparing them must know. */
export const samples: readonly (readonly [name: string, policy: PolicyDocument])[] = [
  [
    'identity',
    {
      Version: '2012-10-17',
      Id: 'octo',
      Statement: [
        { Sid: 'Read', Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket', 'kms:Decrypt'], Resource: '*' },
        {
          Effect: 'Deny',
          NotAction: 'iam:*',
          NotResource: ['arn:aws:s3:::one', 'arn:aws:s3:::two'],
          Condition: {
            StringNotEquals: { 'aws:PrincipalTag/team': ['platform', 'core'], 'aws:username': 'mona' },
            Bool: { 'aws:SecureTransport': 'false' },
          },
        },
        { Effect: 'Allow', Action: 'sts:*', Resource: 'arn:aws:iam::*:role/deploy' },
      ],
    },
  ],
  [
    'trust',
    {
      Version: '2008-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: ['123456789012', 'arn:aws:iam::210987654321:user/mona'], Service: 's3.amazonaws.com' },
          Action: ['sts:AssumeRole', 'sts:TagSession'],
        },
        {
          Effect: 'Deny',
          NotPrincipal: { Federated: 'arn:aws:iam::123456789012:saml-provider/okta' },
          Action: 'sts:SetSourceIdentity',
          Condition: { 'ForAnyValue:StringLike': { 'aws:TagKeys': ['a*', 'b*'] } },
        },
      ],
    },
  ],
];
