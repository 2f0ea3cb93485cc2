import { isAccountId } from '../aws/arn';
import { validateProfileName } from '../profile/name';
import type { Reading } from './reading';
import type {
  Mode,
  ProfileRequest,
  ProfileSettings,
  SessionDestinations,
  SessionProfileSettings,
  StepSettings,
} from './request';

const DEFAULT_MAX_ATTEMPTS = 12;
const ENDPOINT_INPUTS = ['sts-endpoint', 'iam-endpoint'];
/** Every mode calls STS. An endpoint for IAM alone may stay unused. */
const STS_ENDPOINT_VARIABLES = ['AWS_ENDPOINT_URL_STS', 'AWS_ENDPOINT_URL'];
const PROXY_VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'];
const PROFILE_OUTPUTS = ['json', 'yaml', 'yaml-stream', 'text', 'table', 'off'];
const PROFILE_LOCATIONS = ['home', 'job'] as const;

/** The inputs that mean the same in every mode. */
export function readSettings(reading: Reading): StepSettings {
  const { inputs } = reading;
  return {
    connection: readConnection(reading),
    retry: { maxAttempts: readMaxAttempts(reading) },
    maskAccountId: inputs.flag('mask-aws-account-id'),
    allowedAccounts: readAllowedAccounts(reading),
    timeLimit: readTimeLimit(reading),
    unsetCurrentCredentials: inputs.flag('unset-current-credentials'),
  };
}

/** Accounts whose credentials may be used. */
export function readAllowedAccounts({ inputs, problems }: Reading): string[] {
  const accounts = (inputs.text('allowed-account-ids') ?? '').split(/[\s,]+/).filter(Boolean);
  for (const account of accounts.filter((id) => !isAccountId(id))) {
    problems.add('allowed-account-ids', `"${account}" is not an account ID of 12 digits`);
  }
  return accounts;
}

/** Zero stands for none, as in `aws-actions/configure-aws-credentials`. */
function readTimeLimit({ inputs }: Reading): number | undefined {
  const seconds = inputs.integer('action-timeout-s', { min: 0, max: 86_400, unit: 'seconds' });
  return seconds === 0 ? undefined : seconds;
}

function readMaxAttempts({ inputs }: Reading): number {
  const asked = inputs.integer('retry-max-attempts', { min: 1, max: 100, unit: 'attempts' });
  const disabled = inputs.flag('disable-retry');
  if (inputs.flag('special-characters-workaround')) return DEFAULT_MAX_ATTEMPTS;
  return disabled ? 1 : (asked ?? DEFAULT_MAX_ATTEMPTS);
}

function readConnection(reading: Reading): StepSettings['connection'] {
  const { inputs } = reading;
  checkFips(reading);
  return {
    region: readRegion(reading),
    stsEndpoint: readEndpoint('sts-endpoint', reading),
    iamEndpoint: readEndpoint('iam-endpoint', reading),
    useFipsEndpoint: inputs.text('use-fips-endpoint') === undefined ? undefined : inputs.flag('use-fips-endpoint'),
    proxy: { httpProxy: readProxy(reading), noProxy: inputs.text('no-proxy') },
    userAgent: 'aws-identity-action',
  };
}

function readRegion({ inputs, problems }: Reading): string {
  const region = inputs.text('aws-region');
  if (region === undefined) {
    problems.add('aws-region', 'is missing; it should be a region such as eu-central-1');
  } else if (!/^[a-z0-9-]+$/.test(region)) {
    problems.add('aws-region', `"${region}" is not a region; it should look like eu-central-1`);
  }
  return region ?? '';
}

function readEndpoint(name: string, { inputs, problems }: Reading): string | undefined {
  const text = inputs.text(name);
  if (text === undefined || isHttpUrl(text)) return text;
  problems.add(name, `"${text}" is not a URL that starts with https:// or http://`);
  return undefined;
}

/** AWS's tools refuse FIPS together with an endpoint of another, and so does the SDK, in words of its own. */
function checkFips({ inputs, env, problems }: Reading): void {
  const asked = inputs.text('use-fips-endpoint') !== undefined;
  const fips = asked ? inputs.flag('use-fips-endpoint') : env.AWS_USE_FIPS_ENDPOINT === 'true';
  const variables = env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === 'true' ? [] : STS_ENDPOINT_VARIABLES;
  const other = ENDPOINT_INPUTS.find((name) => inputs.text(name) !== undefined) ?? variables.find((name) => env[name]);
  if (!fips || other === undefined) return;
  const name = asked ? 'use-fips-endpoint' : 'use-fips-endpoint (from AWS_USE_FIPS_ENDPOINT)';
  problems.add(name, `is for AWS's own endpoints, and ${other} names another; omit one of the two`);
}

/** One proxy serves http and https alike, also when only the variable for the other is set. */
function readProxy({ inputs, problems, env }: Reading): string | undefined {
  const variable = PROXY_VARIABLES.flatMap((name) => [name, name.toLowerCase()]).find((name) => env[name]);
  const given = inputs.text('http-proxy');
  const text = given ?? (variable && env[variable]);
  if (!text) return undefined;
  const proxy = text.includes('://') ? text : `http://${text}`;
  if (isHttpUrl(proxy) && isDecodable(new URL(proxy))) return proxy;
  problems.add(
    given === undefined ? `http-proxy (from ${variable ?? ''})` : 'http-proxy',
    'is not a URL such as http://proxy.example.com:3128, with % and other special characters of a password encoded; ' +
      'SOCKS is not supported',
  );
  return undefined;
}

/** Where the credentials of one session go. */
export function readDestinations(reading: Reading, mode: Mode): SessionDestinations {
  const { inputs } = reading;
  const asked = inputs.text('output-env-credentials') !== undefined;
  const profile = readProfile(reading);
  const environment = inputs.flag('output-env-credentials', profile === undefined);
  // Credentials that are in the job already need not be exported, unless that is asked for.
  const ambient = mode === 'access-keys' && inputs.text('aws-access-key-id') === undefined;
  return {
    environment: !environment ? 'nothing' : ambient && !asked ? 'region' : 'credentials and region',
    outputs: inputs.flag('output-credentials'),
    profile: profile && { ...profile, export: environment },
  };
}

/** How profiles are written, whoever names them. */
export function readProfileSettings({ inputs, problems }: Reading): ProfileSettings {
  const output = inputs.text('profile-output');
  if (output !== undefined && !PROFILE_OUTPUTS.includes(output)) {
    problems.add('profile-output', `"${output}" is none of ${PROFILE_OUTPUTS.join(', ')}`);
  }
  const asked = inputs.text('profile-location') ?? 'home';
  const location = PROFILE_LOCATIONS.find((known) => known === asked);
  if (location === undefined) {
    problems.add('profile-location', `"${asked}" is none of ${PROFILE_LOCATIONS.join(', ')}`);
  }
  return { overwrite: inputs.flag('overwrite-aws-profile'), output, location: location ?? 'home' };
}

/** How profiles of sessions are written, whoever names them. */
export function readSessionProfileSettings(reading: Reading): SessionProfileSettings {
  return { ...readProfileSettings(reading), refresh: reading.inputs.flag('refresh-credentials') };
}

function readProfile(reading: Reading): Omit<ProfileRequest, 'export'> | undefined {
  const { inputs, problems } = reading;
  const name = inputs.text('aws-profile');
  const settings = readSessionProfileSettings(reading);
  if (name === undefined) {
    for (const input of ['profile-output', 'profile-location'] as const) {
      if (inputs.text(input) !== undefined) problems.add(input, 'is for a profile, and aws-profile names none');
    }
    return undefined;
  }
  const wrong = validateProfileName(name);
  if (wrong !== undefined) problems.add('aws-profile', `"${name}" ${wrong}`);
  return { name, ...settings };
}

function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}
