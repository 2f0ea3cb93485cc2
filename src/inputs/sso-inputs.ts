import { isAccountId, permissionSetOf } from '../aws/arn';
import { partitionOfRegion } from '../aws/partition';
import { withoutPassword } from '../network/url-password';
import { CERTIFICATE_INPUTS, type InputName } from './input-names';
import type { Inputs } from './inputs';
import { MFA_INPUTS } from './mfa-inputs';
import type { SignIn } from './request';
import { AWS_REGION, notAnAccount, readAllowedAccounts } from './step-inputs';
import { whyUnattended } from './unattended';

const START_URL = 'https://d-1234567890.awsapps.com/start';

/** Set to `true`, it asks for a sign-in although nobody seems to watch. */
const UNATTENDED_VARIABLE = 'AWS_SIGN_IN_UNATTENDED';

/** https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_PermissionSet.html */
const PERMISSION_SET = /^[\w+=,.@-]{1,32}$/;

/** Other identities than the person's: which of two is meant, nobody knows. */
const OTHER_SOURCES: readonly InputName[] = [
  'aws-access-key-id',
  'aws-secret-access-key',
  'aws-session-token',
  'web-identity-token-file',
  ...CERTIFICATE_INPUTS,
];

/** The sign-in of a person at IAM Identity Center. */
export function readSignIn(inputs: Inputs): SignIn {
  checkOthers(inputs);
  checkAttended(inputs);
  const accountId = readAccount(inputs);
  return {
    from: 'sign-in',
    startUrl: readStartUrl(inputs),
    region: readRegion(inputs),
    accountId,
    roleName: readRoleName(inputs),
    mustLast: inputs.flag('refresh-credentials'),
  };
}

function checkOthers(inputs: Inputs): void {
  for (const name of OTHER_SOURCES.filter((input) => inputs.has(input))) {
    inputs.wrong(name, 'is given together with sso-start-url, by which a person signs in; omit one of the two');
  }
  if (inputs.flag('role-chaining')) {
    inputs.wrong('role-chaining', 'asks for the credentials in the job, and sso-start-url for those of a person');
  }
  for (const name of MFA_INPUTS.filter((input) => inputs.has(input))) {
    inputs.wrong(name, "proves MFA with a user's access keys; a person proves it when signing in, at sso-start-url");
  }
}

function checkAttended(inputs: Inputs): void {
  const why = whyUnattended(inputs.env);
  if (why === undefined || inputs.env[UNATTENDED_VARIABLE] === 'true') return;
  inputs.wrong(
    'sso-start-url',
    `asks a person to sign in, and nobody watches: ${why}. Use OIDC there; or, if someone does watch, set ` +
      `${UNATTENDED_VARIABLE}: true under "env:" of this step`,
  );
}

/** The portal's URL. People have it as the browser shows it: what follows the portal's own path is dropped. */
function readStartUrl(inputs: Inputs): string {
  const form = `it should be the AWS access portal URL, like ${START_URL}`;
  const text = inputs.text('sso-start-url');
  if (text === undefined) {
    inputs.wrong('sso-start-url', `is missing; ${form}`);
    return '';
  }
  const url = !/\s/.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  const wrong = url ? mistakenUrl(url) : 'is not a URL';
  if (wrong !== undefined) inputs.wrong('sso-start-url', `"${withoutPassword(text)}" ${wrong}; ${form}`);
  return url ? `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}` : text;
}

/** What is wrong with a URL that is given for that of the portal. */
function mistakenUrl({ protocol, username, password, hostname, pathname }: URL): string | undefined {
  if (protocol === 'arn:') return 'is an ARN, as that of the instance is';
  if (username + password !== '') return 'has a user or a password in it';
  if (hostname.startsWith('identitycenter.amazonaws.')) {
    return 'is the issuer URL, the other of the two on the settings page of IAM Identity Center';
  }
  if (/(^|\.)signin\.(aws|amazonaws)\b|(^|\.)console\.(aws|amazonaws)\b/.test(hostname)) {
    return 'is where people sign in to the AWS console';
  }
  if (protocol !== 'https:') return 'does not begin with https://';
  const isShort = hostname.endsWith('.awsapps.com') && !hostname.endsWith('-home.awsapps.com');
  if (isShort && !/^\/start\/*$/.test(pathname)) return 'has another path than /start';
  return undefined;
}

function readRegion(inputs: Inputs): string {
  const rule = 'the region of IAM Identity Center, which need not be that of the job; it should look like eu-central-1';
  if (!inputs.has('sso-region')) inputs.wrong('sso-region', `is missing: ${rule}`);
  const region = inputs.matching('sso-region', AWS_REGION, rule) ?? '';
  const ofJob = inputs.text('aws-region') ?? region;
  if (inputs.callsAws('STS') && partitionOfRegion(region) !== partitionOfRegion(ofJob)) {
    inputs.wrong(
      'sso-region',
      `${region} is in another partition than ${ofJob} (aws-region): credentials of the one are unknown in the other`,
    );
  }
  return region;
}

function readAccount(inputs: Inputs): string | undefined {
  const account = inputs.text('sso-account-id');
  if (account === undefined) return undefined;
  const allowed = readAllowedAccounts(inputs);
  const isFinal = !inputs.has('role-to-assume') && !inputs.has('roles');
  if (!isAccountId(account)) inputs.wrong('sso-account-id', notAnAccount(account));
  else if (isFinal && allowed.length > 0 && !allowed.includes(account)) {
    inputs.wrong('sso-account-id', `${account} is none of allowed-account-ids`);
  }
  return account;
}

function readRoleName(inputs: Inputs): string | undefined {
  const name = inputs.text('sso-role-name');
  if (name === undefined) return undefined;
  const permissionSet = permissionSetOf(name);
  if (permissionSet !== undefined) {
    inputs.wrong('sso-role-name', `"${name}" is the role that was made for a permission set: give ${permissionSet}`);
  } else if (!PERMISSION_SET.test(name)) {
    inputs.wrong('sso-role-name', `"${name}" is not the name of a permission set, such as AdministratorAccess`);
  }
  return name;
}
