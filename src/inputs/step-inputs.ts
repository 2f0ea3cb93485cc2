import { isAccountId, wholeAccount } from '../aws/arn';
import { endpointVariable, possibleEndpoints, type ServiceName } from '../aws/endpoint';
import { messageWithoutPath } from '../errors/message';
import { certificatesIn } from '../network/certificates';
import { isLoopback, isReachedDirectly, proxyUrl, wrongProxy } from '../network/proxy';
import { withoutPassword } from '../network/url-password';
import { validateProfileName } from '../profile/name';
import { EXPECTATION_INPUTS, readExpectedArn } from './expectations';
import { CERTIFICATE_INPUTS, SSO_INPUTS, type InputName } from './input-names';
import { Inputs } from './inputs';
import { MFA_INPUTS } from './mfa-inputs';
import type {
  IdentitiesSettings,
  Mode,
  ProfileRequest,
  ProfileSettings,
  SessionDestinations,
  SessionProfileSettings,
  StepSettings,
} from './request';

const DEFAULT_MAX_ATTEMPTS = 12;
/** Seconds: the longest that a timer of Node waits, 24 days. */
const MAX_TIME_LIMIT = 2_147_483;
const ENDPOINT_INPUTS = { STS: 'sts-endpoint', IAM: 'iam-endpoint' } as const;
export const AWS_REGION = /^[a-z0-9]+(-[a-z0-9]+)*$/;
/** Other vendors name regions as they like (`RegionOne`, `eu--central-1`), as far as AWS's SDKs take it: as a part of a host's name. */
const OTHER_REGION = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/i;
const PROXY_VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'];
const PROFILE_OUTPUTS = ['json', 'yaml', 'yaml-stream', 'text', 'table', 'off'];
const PROFILE_LOCATIONS = ['home', 'job'] as const;

/** Inputs that ask for more than to take credentials away. */
const MORE_THAN_LOG_OUT: readonly InputName[] = [
  'mode',
  'role-to-assume',
  'roles',
  'role-chaining',
  'aws-access-key-id',
  'aws-secret-access-key',
  'aws-session-token',
  'web-identity-token-file',
  ...CERTIFICATE_INPUTS,
  'federated-user-name',
  ...SSO_INPUTS,
  ...MFA_INPUTS,
  'use-existing-credentials',
  'expect-arn',
  'aws-profile',
  'output-credentials',
];

/** Whether credentials are to be taken away from later steps, and nothing else is asked for. */
export function isLogOut(inputs: Inputs): boolean {
  const asked = MORE_THAN_LOG_OUT.some((name) => inputs.has(name)) || inputs.flag('output-env-credentials');
  return inputs.flag('unset-current-credentials') && !asked;
}

/** The inputs that mean the same in every mode. */
export function readSettings(inputs: Inputs): StepSettings {
  return {
    connection: readConnection(inputs),
    retry: { maxAttempts: readMaxAttempts(inputs) },
    maskAccountId: inputs.flag('mask-aws-account-id'),
    allowedAccounts: readAllowedAccounts(inputs),
    expectArn: readExpectedArn(inputs),
    timeLimit: readTimeLimit(inputs),
    unsetCurrentCredentials: inputs.flag('unset-current-credentials'),
  };
}

/** What the post step needs to reach AWS and the stores of secrets. */
type PostSettings = Pick<IdentitiesSettings, 'connection' | 'retry' | 'githubToken' | 'terraformToken' | 'repository'>;

/**
 * Reads from the inputs of the step, which post gets again, how AWS and the stores of secrets are reached: the tokens are
 * secrets, and the URL of a proxy may hold one, so that main does not keep them in its state. Main found the inputs to be
 * right.
 */
export function readPostSettings(env: NodeJS.ProcessEnv): PostSettings {
  const inputs = new Inputs(env);
  const { connection, retry } = readSettings(inputs);
  const [githubToken, terraformToken] = [inputs.text('github-token'), inputs.text('terraform-token')];
  return { connection, retry, githubToken, terraformToken, repository: env.GITHUB_REPOSITORY ?? '' };
}

/** Accounts whose credentials may be used. */
export function readAllowedAccounts(inputs: Inputs): string[] {
  const accounts = (inputs.text('allowed-account-ids') ?? '').split(/[\s,]+/).filter(Boolean);
  if (!inputs.callsAws('STS')) return accounts;
  for (const account of accounts.filter((id) => !isAccountId(id))) {
    inputs.wrong('allowed-account-ids', notAnAccount(account));
  }
  return accounts;
}

/** What is wrong with a text that is no account ID. */
export function notAnAccount(text: string): string {
  const whole = wholeAccount(text);
  const meant =
    whole === undefined ? '' : `; perhaps '${whole}', in quotes, as YAML drops the zeros that a number begins with`;
  return `"${text}" is not an account ID of 12 digits${meant}`;
}

/** Zero stands for none, as in `aws-actions/configure-aws-credentials`. */
function readTimeLimit(inputs: Inputs): number | undefined {
  const seconds = inputs.integer('action-timeout-s', { min: 0, max: MAX_TIME_LIMIT, unit: 'seconds' });
  return seconds === 0 ? undefined : seconds;
}

function readMaxAttempts(inputs: Inputs): number {
  const asked = inputs.integer('retry-max-attempts', { min: 1, unit: 'attempts' });
  const disabled = inputs.flag('disable-retry');
  if (inputs.flag('special-characters-workaround')) return DEFAULT_MAX_ATTEMPTS;
  return disabled ? 1 : (asked ?? DEFAULT_MAX_ATTEMPTS);
}

function readConnection(inputs: Inputs): StepSettings['connection'] {
  checkCaBundle(inputs);
  const endpoints = checkEndpoints(inputs);
  checkKinds(endpoints, inputs);
  const region = readRegion(inputs);
  const stsEndpoint = inputs.text('sts-endpoint');
  return {
    region,
    stsEndpoint,
    iamEndpoint: inputs.text('iam-endpoint'),
    useFipsEndpoint: inputs.has('use-fips-endpoint') ? inputs.flag('use-fips-endpoint') : undefined,
    proxy: {
      httpProxy: readProxy(inputs, possibleEndpoints(stsEndpoint, 'STS', region, inputs.env)),
      noProxy: inputs.text('no-proxy'),
    },
    userAgent: 'aws-identity-action',
  };
}

function readRegion(inputs: Inputs): string {
  if (!inputs.has('aws-region') && !isLogOut(inputs)) {
    inputs.wrong('aws-region', 'is missing; it should be a region such as eu-central-1');
  }
  const form = inputs.callsAws('STS') ? AWS_REGION : OTHER_REGION;
  return inputs.matching('aws-region', form, 'a region; it should look like eu-central-1') ?? '';
}

/** An endpoint that is not AWS's own for the region: from an input, or from the variable that is named. */
interface Endpoint {
  /** The variable, where there is no input for it. */
  readonly input: string;
  readonly variable: string | undefined;
  readonly text: string;
}

/** The endpoints that the step uses, once they are checked. */
function checkEndpoints(inputs: Inputs): Endpoint[] {
  const endpoints = (['STS', 'IAM', 'ROLESANYWHERE', 'SSO', 'SSO_OIDC'] as const).flatMap(
    (service) => endpointOf(service, inputs) ?? [],
  );
  for (const { input, variable, text } of endpoints) {
    if (isHttpUrl(text)) continue;
    inputs.wrong(input, `"${withoutPassword(text)}" is not a URL that starts with https:// or http://`, variable);
  }
  for (const [name, text] of new Map(endpoints.map((endpoint) => [nameOf(endpoint), endpoint.text]))) {
    warnIfOpen(name, text, inputs);
  }
  return endpoints;
}

/** A variable for a service that is not called may stay unused. */
function endpointOf(service: ServiceName, inputs: Inputs): Endpoint | undefined {
  const input = service === 'STS' || service === 'IAM' ? ENDPOINT_INPUTS[service] : undefined;
  const given = input && inputs.text(input);
  if (input && given !== undefined) return { input, variable: undefined, text: given };
  const variable = uses(service, inputs) ? endpointVariable(service, inputs.env) : undefined;
  const text = variable && inputs.env[variable];
  return text ? { input: input ?? variable, variable, text } : undefined;
}

/** Whether a service is called: STS by every mode, IAM Roles Anywhere with a certificate, the last two for a sign-in. */
function uses(service: ServiceName, inputs: Inputs): boolean {
  switch (service) {
    case 'STS':
      return true;
    case 'IAM':
      return usesIam(inputs);
    case 'ROLESANYWHERE':
      return CERTIFICATE_INPUTS.some((name) => inputs.has(name));
    case 'SSO':
    case 'SSO_OIDC':
      return inputs.has('sso-start-url');
  }
}

/** Whether IAM is called: to change identities, to simulate, or to find the MFA device of a user. */
function usesIam(inputs: Inputs): boolean {
  const findsDevice = !inputs.has('mfa-serial') && MFA_INPUTS.some((name) => inputs.has(name));
  return findsDevice || (['identities', ...EXPECTATION_INPUTS] as const).some((name) => inputs.has(name));
}

function nameOf({ input, variable }: Endpoint): string {
  return variable ?? input;
}

/** Requests over HTTP are signed, but not encrypted, and the answer holds credentials. */
function warnIfOpen(name: string, text: string, inputs: Inputs): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' || isLoopback(url)) return;
  inputs.warn(
    `${name}: http://${url.host} is not encrypted. Whoever is on the way there can read the credentials that it answers. ` +
      'Use https://.',
  );
}

/** What is in the file is trusted where a connection is opened. Many set it for other programs, and need it for those alone. */
function checkCaBundle(inputs: Inputs): void {
  const { AWS_CA_BUNDLE: path } = inputs.env;
  if (!path) return;
  try {
    certificatesIn(path);
  } catch (error) {
    inputs.warn(
      `AWS_CA_BUNDLE: nothing more is trusted, as "${path}" cannot be read: ${messageWithoutPath(error)}. ` +
        'It should be a file with certificates in PEM.',
    );
  }
}

/** AWS's tools refuse FIPS and IPv6 together with an endpoint of another, and so does the SDK, in words of its own. */
function checkKinds([other]: readonly Endpoint[], inputs: Inputs): void {
  if (other === undefined) return;
  const why = `is for AWS's own endpoints, and ${nameOf(other)} names another; omit one of the two`;
  const asked = inputs.has('use-fips-endpoint');
  const fips = asked ? inputs.flag('use-fips-endpoint') : inputs.env.AWS_USE_FIPS_ENDPOINT === 'true';
  if (fips) inputs.wrong('use-fips-endpoint', why, asked ? undefined : 'AWS_USE_FIPS_ENDPOINT');
  if (inputs.env.AWS_USE_DUALSTACK_ENDPOINT === 'true') inputs.wrong('AWS_USE_DUALSTACK_ENDPOINT', why);
}

/**
 * One proxy serves http and https alike, also when only the variable for the other is set. A variable may be set for
 * other programs: that of a proxy which is not used for STS is checked where a connection is opened.
 */
function readProxy(inputs: Inputs, stsEndpoints: readonly URL[]): string | undefined {
  const { env } = inputs;
  const given = inputs.text('http-proxy');
  const variables = PROXY_VARIABLES.flatMap((name) => [name, name.toLowerCase()]);
  const variable = given === undefined ? variables.find((name) => env[name]?.trim()) : undefined;
  const text = given ?? (variable && env[variable]);
  if (!text || proxyUrl(text)) return text;
  const isUnused = stsEndpoints.some((url) => isReachedDirectly(url, inputs.text('no-proxy'), env));
  if (variable?.toUpperCase() === 'ALL_PROXY') {
    if (!isUnused) inputs.warn(`${variable}: it is not used, as it ${wrongProxy(text)}.`);
    return undefined;
  }
  if (variable !== undefined && isUnused) return text;
  inputs.wrong('http-proxy', wrongProxy(text), variable);
  return undefined;
}

/** Where the credentials of one session go. */
export function readDestinations(inputs: Inputs, mode: Mode): SessionDestinations {
  const asked = inputs.has('output-env-credentials');
  const profile = readProfile(inputs);
  const environment = inputs.flag('output-env-credentials', profile === undefined);
  // Credentials that are in the job already need not be exported, unless that is asked for.
  const ambient = mode === 'access-keys' && !inputs.has('aws-access-key-id') && !inputs.has('sso-start-url');
  return {
    environment: !environment ? 'nothing' : ambient && !asked ? 'region' : 'credentials and region',
    outputs: inputs.flag('output-credentials'),
    profile: profile && { ...profile, export: environment },
  };
}

/** How profiles are written, whoever names them. */
export function readProfileSettings(inputs: Inputs): ProfileSettings {
  return {
    output: inputs.choice('profile-output', PROFILE_OUTPUTS),
    location: inputs.choice('profile-location', PROFILE_LOCATIONS) ?? 'home',
    overwrite: inputs.flag('overwrite-aws-profile'),
  };
}

/** How profiles of sessions are written, whoever names them. */
export function readSessionProfileSettings(inputs: Inputs): SessionProfileSettings {
  return { ...readProfileSettings(inputs), refresh: inputs.flag('refresh-credentials') };
}

function readProfile(inputs: Inputs): Omit<ProfileRequest, 'export'> | undefined {
  const name = inputs.text('aws-profile');
  const settings = readSessionProfileSettings(inputs);
  if (name === undefined) {
    for (const input of ['profile-output', 'profile-location'] as const) {
      if (inputs.has(input)) inputs.wrong(input, 'is for a profile, and aws-profile names none');
    }
    return undefined;
  }
  const wrong = validateProfileName(name);
  if (wrong !== undefined) inputs.wrong('aws-profile', `"${name}" ${wrong}`);
  return { name, ...settings };
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}
