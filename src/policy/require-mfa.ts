import type { PolicyDocument } from './policy-document';

/** The name of the inline policy that makes a user prove MFA. */
export const REQUIRE_MFA_POLICY_NAME = 'RequireMfa';

/** What a user must be able to do before MFA is proved: enrol a device, find it, and prove it. */
const WITHOUT_MFA = [
  'iam:CreateVirtualMFADevice',
  'iam:EnableMFADevice',
  'iam:GetMFADevice',
  'iam:GetUser',
  'iam:ListMFADevices',
  'iam:ListVirtualMFADevices',
  'iam:ResyncMFADevice',
  'sts:GetSessionToken',
];

/**
 * The MFA force policy: whatever else a user may do, without MFA nothing but proving it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_my-sec-creds-self-manage-mfa-only.html
 */
export function requireMfaPolicy(userArn: string): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: [
      // With this, the user's keys alone are enough to look its device up.
      { Sid: 'FindOwnMfaDevice', Effect: 'Allow', Action: 'iam:ListMFADevices', Resource: userArn },
      {
        Sid: 'DenyWithoutMfa',
        Effect: 'Deny',
        NotAction: WITHOUT_MFA,
        Resource: '*',
        // Requests signed with long-term keys lack the key altogether, and Bool would let them through.
        Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
      },
    ],
  };
}
