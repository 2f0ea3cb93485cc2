import { partitionOfRegion } from '../aws/partition';
import { readCertificate } from '../roles-anywhere/certificate';
import { FIPS_REGIONS } from '../roles-anywhere/endpoint';
import { CERTIFICATE_INPUTS, type InputName } from './input-names';
import type { Inputs } from './inputs';
import type { CertificateProof } from './request';

/** An ARN of IAM Roles Anywhere, in its parts. */
interface ResourceArn {
  readonly arn: string;
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

type ArnInput = 'trust-anchor-arn' | 'roles-anywhere-profile-arn';

const KINDS = { 'trust-anchor-arn': 'trust-anchor', 'roles-anywhere-profile-arn': 'profile' } as const;
const ARN = /^arn:(aws[\w-]*):rolesanywhere:([a-z0-9-]+):(\d{12}):(trust-anchor|profile)\/[\w-]+$/;

const MISSING_SECRET = 'if it comes from a secret: it is not set or not open to this workflow';

/** Sources next to which a certificate would do nothing. */
const OTHER_SOURCES: readonly InputName[] = ['aws-access-key-id', 'web-identity-token-file'];

/** The certificate with which IAM Roles Anywhere lets a role be assumed; undefined where something of it is wrong. */
export function readCertificateProof(inputs: Inputs): CertificateProof | undefined {
  const missing = CERTIFICATE_INPUTS.filter((name) => !inputs.has(name));
  for (const name of missing) {
    const others = CERTIFICATE_INPUTS.filter((other) => inputs.has(other)).join(', ');
    const ofSecret = name in KINDS ? '' : `; ${MISSING_SECRET}`;
    inputs.wrong(name, `is missing next to ${others}${ofSecret}`);
  }
  checkOtherSources(inputs);
  const { certificate, problems, warnings } = readCertificate(
    inputs.text('certificate') ?? '',
    inputs.text('certificate-private-key') ?? '',
  );
  for (const { with: at, problem } of problems) {
    const name = at === 'key' ? 'certificate-private-key' : 'certificate';
    if (inputs.has(name)) inputs.wrong(name, problem);
  }
  for (const warning of warnings) inputs.warn(warning);
  const trustAnchor = readArn('trust-anchor-arn', inputs);
  const profile = readArn('roles-anywhere-profile-arn', inputs);
  if (trustAnchor && profile) checkTogether(trustAnchor, profile, inputs);
  if (!certificate || !trustAnchor || !profile) return undefined;
  const { region } = trustAnchor;
  return {
    from: 'certificate',
    certificate,
    trustAnchorArn: trustAnchor.arn,
    profileArn: profile.arn,
    account: profile.account,
    region,
    sessionName: inputs.text('role-session-name'),
  };
}

function checkOtherSources(inputs: Inputs): void {
  for (const name of OTHER_SOURCES.filter((input) => inputs.has(input))) {
    inputs.wrong(name, 'is given together with certificate; it should be one of them');
  }
  if (inputs.flag('role-chaining')) {
    inputs.wrong(
      'role-chaining',
      'is for the credentials of the job, and certificate is given; it should be one of them',
    );
  }
}

function readArn(name: ArnInput, inputs: Inputs): ResourceArn | undefined {
  const text = inputs.text(name);
  if (text === undefined) return undefined;
  const [arn, partition = '', region = '', account = '', kind] = ARN.exec(text) ?? [];
  if (arn !== undefined && kind === KINDS[name]) {
    const jobRegion = inputs.text('aws-region');
    if (jobRegion !== undefined && partition !== partitionOfRegion(jobRegion)) {
      const its = partitionOfRegion(jobRegion);
      inputs.wrong(name, `is in the partition ${partition}, but ${jobRegion} (aws-region) is in ${its}`);
    }
    return { arn, partition, region, account };
  }
  const form = `arn:aws:rolesanywhere:eu-central-1:123456789012:${KINDS[name]}/…`;
  const other = kind === undefined ? '' : `, but of a ${nameOf(kind)}`;
  inputs.wrong(
    name,
    `"${text}" is not the ARN of a ${nameOf(KINDS[name])} of IAM Roles Anywhere${other}; it should be like ${form}`,
  );
  return undefined;
}

/** In words: `trust anchor`. */
function nameOf(kind: string): string {
  return kind.replace('-', ' ');
}

/** IAM Roles Anywhere finds both in its own region and account only. */
function checkTogether(trustAnchor: ResourceArn, profile: ResourceArn, inputs: Inputs): void {
  for (const part of ['region', 'account'] as const) {
    if (trustAnchor[part] === profile[part]) continue;
    inputs.wrong(
      'roles-anywhere-profile-arn',
      `is in the ${part} ${profile[part]}, and trust-anchor-arn in ${trustAnchor[part]}; both should be in the same`,
    );
  }
  const fips = inputs.has('use-fips-endpoint')
    ? inputs.flag('use-fips-endpoint')
    : inputs.env.AWS_USE_FIPS_ENDPOINT === 'true';
  if (fips && !FIPS_REGIONS.includes(trustAnchor.region)) {
    const variable = inputs.has('use-fips-endpoint') ? undefined : 'AWS_USE_FIPS_ENDPOINT';
    inputs.wrong(
      'use-fips-endpoint',
      `needs a trust anchor in ${FIPS_REGIONS.join(', ')}, as IAM Roles Anywhere has FIPS endpoints there only; it is in ${trustAnchor.region}`,
      variable,
    );
  }
}
