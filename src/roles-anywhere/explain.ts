import { explainFailure, explainSkew, type FailedCall, type RefusalMeaning, type RefusalRule } from '../aws/explain';
import type { Refusal } from '../aws/failure';
import type { ActionError } from '../errors/action-error';
import { commonNameOf, holderOf, issuerOf } from './certificate';
import type { CreateSessionSettings } from './create-session';

/** The circumstances of a call to IAM Roles Anywhere that failed. */
export interface RolesAnywhereCall extends FailedCall, CreateSessionSettings {}

/** The error to show the user for a failed call to IAM Roles Anywhere. */
export function explainRolesAnywhere(error: unknown, call: RolesAnywhereCall): ActionError {
  return explainFailure(error, call, { endpoint: 'AWS_ENDPOINT_URL_ROLESANYWHERE', rules: [byWords, otherDenial] });
}

/** Most refusals have the same code: only the words tell them apart. */
const byWords: RefusalRule<RolesAnywhereCall> = (refusal, call) =>
  MEANINGS.find(([words]) => words.test(refusal.message))?.[1](call, refusal);

/** There are no credentials yet, so that no policies of theirs can be at fault. */
const otherDenial: RefusalRule<RolesAnywhereCall> = ({ code }, { region, trustAnchorArn, profileArn, roleArn }) =>
  code === 'AccessDenied' && {
    code: 'access-denied',
    why: `IAM Roles Anywhere refuses it in words that this action does not know: what they are about is in the certificate, in ${trustAnchorArn}, in ${profileArn} or in the trust policy of ${roleArn}.`,
    fix: `Check what AWS's words name. CloudTrail in ${region} has the event CreateSession, which may say more.`,
  };

type Meaning = (call: RolesAnywhereCall, refusal: Refusal) => RefusalMeaning;

/** The first that fits counts. */
const MEANINGS: readonly [words: RegExp, meaning: Meaning][] = [
  [/invalid signature/i, signatureRefused],
  [
    /DurationSeconds exceeds/i,
    ({ duration, roleArn, profileArn }) => ({
      code: 'session-too-long',
      why: `role-duration-seconds is ${duration}, which is more than the maximum session duration of ${roleArn} or the session duration of ${profileArn}.`,
      fix: 'Set role-duration-seconds to less, or raise both: 3600 is the default of each.',
    }),
  ],
  [
    /mapped into session tags/i,
    ({ certificate }) => ({
      code: 'session-tagging-refused',
      why: `AWS makes session tags of what is in the certificate (${holderOf(certificate.leaf)}), and there is a character in it that no tag may have, or there are too many names.`,
      fix:
        'Have the certificate issued with letters, digits, spaces and _.:/=+-@ only in its subject and its names, or let the ' +
        'attribute mappings of the profile omit what the answer names.',
    }),
  ],
  [
    /revoked/i,
    ({ certificate, trustAnchorArn }) => ({
      code: 'certificate-revoked',
      why: `The certificate (${holderOf(certificate.leaf)}) is in a certificate revocation list that was imported for ${trustAnchorArn}.`,
      fix: 'Have another one issued, and put it and its key into the secrets.',
    }),
  ],
  [/insufficient certificate/i, insufficient],
  [
    /\bexpired|not (yet )?valid\b/i,
    ({ certificate: { leaf, chain } }) => ({
      code: 'certificate-not-valid',
      why: `AWS found a certificate to be outside its time: ${[leaf, ...chain].map((each) => `${holderOf(each)} is valid from ${each.validFrom} to ${each.validTo}`).join('; ')}; or that of the trust anchor is over.`,
      fix: 'Have the certificate that is over issued again. The trust anchor has its own in IAM Roles Anywhere.',
    }),
  ],
  [/untrusted/i, untrusted],
  [
    /trust anchor/i,
    ({ trustAnchorArn }) => ({
      code: 'trust-anchor-refused',
      why: `There is no trust anchor ${trustAnchorArn}, or it is disabled.`,
      fix:
        'Check trust-anchor-arn: its region, account and ID, as `aws rolesanywhere list-trust-anchors` shows them. Enable it ' +
        'with `aws rolesanywhere enable-trust-anchor`.',
    }),
  ],
  [
    /listed in the profile/i,
    ({ roleArn, profileArn }) => ({
      code: 'roles-anywhere-profile-refused',
      why: `${profileArn} does not list the role ${roleArn}.`,
      fix: 'Add the role to the profile with `aws rolesanywhere update-profile --role-arns`, which takes all of its roles; or name another role in role-to-assume or roles.',
    }),
  ],
  [
    /instance ?propert/i,
    ({ profileArn }) => ({
      code: 'roles-anywhere-profile-refused',
      why: `${profileArn} was made with requireInstanceProperties, and AWS documents no such properties for a session: this action sends none.`,
      fix: 'Use a profile that does not require them. No profile can be changed in this: create another with `aws rolesanywhere create-profile --no-require-instance-properties`.',
    }),
  ],
  [
    /\b(invalid|empty|disabled|unknown|no such)\b.*\bprofile\b|\bprofile\b.*\b(found|exists?|disabled|enabled|active)\b/i,
    ({ profileArn }) => ({
      code: 'roles-anywhere-profile-refused',
      why: `There is no profile ${profileArn} of IAM Roles Anywhere, or it is disabled.`,
      fix:
        'Check roles-anywhere-profile-arn: its region, account and ID, as `aws rolesanywhere list-profiles` shows them. ' +
        'Enable it with `aws rolesanywhere enable-profile`.',
    }),
  ],
  [/unable to assume role/i, roleRefused],
];

/** A clock that is off is refused in these words, too. */
function signatureRefused({ certificate }: RolesAnywhereCall, refusal: Refusal): RefusalMeaning {
  const more =
    'IAM Roles Anywhere allows a few minutes, and of a clock that is off it says no more than "Invalid signature".';
  const skew = explainSkew(refusal, more);
  if (skew) return skew;
  const clock = refusal.date
    ? "This machine's clock agrees with AWS's now, so the request was changed or held back on its way"
    : `This machine's clock may be off (${more}), or the request was changed or held back on its way`;
  return {
    code: 'certificate-signature-refused',
    why: `The key is that of the certificate (${holderOf(certificate.leaf)}): this was checked. ${clock}, by a proxy for example.`,
    fix: "Run the job again. If it stays: check the runner's clock, and the proxy (http-proxy, no-proxy), or go past it.",
  };
}

function insufficient({ certificate: { leaf } }: RolesAnywhereCall): RefusalMeaning {
  return {
    code: 'certificate-insufficient',
    why: `AWS does not take the certificate (${holderOf(leaf)}) as that of a client.`,
    fix:
      'Have it issued as X.509 version 3 with the key usage Digital Signature, with CA:FALSE as its basic constraints, and ' +
      'signed with SHA-256 or better.',
  };
}

function untrusted({ certificate: { leaf, chain }, trustAnchorArn }: RolesAnywhereCall): RefusalMeaning {
  const last = chain.at(-1) ?? leaf;
  const sent = chain.length === 0 ? 'alone' : `with ${chain.length === 1 ? 'one' : chain.length} of its chain`;
  return {
    code: 'certificate-untrusted',
    why:
      `The certificate was sent ${sent}, and ends at the authority "${issuerOf(last)}". That is not the one of ` +
      `${trustAnchorArn}, or those between the two are missing.`,
    fix:
      'Put the certificates between it and the authority of the trust anchor into the input certificate, after that of ' +
      'the job; or give the trust anchor of the authority that issued it.',
  };
}

function roleRefused({ roleArn, trustAnchorArn, certificate, sessionName }: RolesAnywhereCall): RefusalMeaning {
  const named =
    sessionName === undefined
      ? ''
      : ' The profile must accept role session names (acceptRoleSessionName), as role-session-name is given; or omit it.';
  return {
    code: 'role-refused',
    why:
      'Its trust policy does not let IAM Roles Anywhere do all that it must, a condition in it is not met, the role does not ' +
      'exist, or the policy was changed a few seconds ago (AWS does not say which).',
    fix: `Let the trust policy of ${roleArn} have this statement:\n  ${inLines(trustStatement(trustAnchorArn, commonNameOf(certificate.leaf)))}${named}`,
  };
}

/** https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html */
function trustStatement(trustAnchorArn: string, commonName: string | undefined): object {
  return {
    Effect: 'Allow',
    Principal: { Service: 'rolesanywhere.amazonaws.com' },
    Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
    Condition: {
      ...(commonName !== undefined && { StringEquals: { 'aws:PrincipalTag/x509Subject/CN': commonName } }),
      ArnEquals: { 'aws:SourceArn': trustAnchorArn },
    },
  };
}

function inLines(statement: object): string {
  return JSON.stringify(statement, undefined, 2).replaceAll('\n', '\n  ');
}
