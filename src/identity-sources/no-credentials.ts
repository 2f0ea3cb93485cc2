import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import type { Connection } from '../aws/connection';
import { refusalOf } from '../aws/failure';
import { ActionError, type ErrorCode } from '../errors/action-error';
import { forgeOf, idTokenPermission } from '../github/forge';
import { idTokenEndpoint, tokenIssuer } from '../github/id-token';
import { decodeClaims } from '../github/token-claims';
import type { InputName } from '../inputs/input-names';
import type { DefaultChain, StepSettings } from '../inputs/request';
import { isNoAnswer } from '../network/failure';
import { profileFiles } from '../profile/locations';
import type { FailedSource } from '../sts/default-chain';
import { explainSts, type StsCall } from '../sts/explain';
import { nearest, suggestion } from '../text/did-you-mean';

/** A place where credentials were looked for in vain. */
export interface FailedPlace extends FailedSource {
  /** As messages name it. */
  readonly place: string;
}

/** What of the settings of the step explains that there are none. */
type SourceSettings = Pick<StepSettings, 'connection' | 'unsetCurrentCredentials'>;

/** What a place has to do with it that there are no credentials. */
interface Finding {
  readonly words: string;
  /** What to do there; none where nothing says that it should give any. */
  readonly fix?: string;
  /** What it is, where there is an entry for that alone. */
  readonly code?: ErrorCode;
}

/** The error of a job without credentials: all places that were tried, each in its own words, and the fix for that one. */
export async function noCredentials(
  failed: readonly FailedPlace[],
  source: DefaultChain,
  settings: SourceSettings,
  env: NodeJS.ProcessEnv,
): Promise<ActionError> {
  const findings = await Promise.all(failed.map((each) => findingOf(each, settings, env)));
  const mayNotAsk = source.tokenRuledOutBy === 'permission';
  const lines = findings.map(({ words }, index) => `${failed[index]?.place ?? ''}: ${words}`);
  const fixes = findings.flatMap(({ fix }) => fix ?? []);
  if (mayNotAsk || fixes.length === 0) fixes.push(wayWithout(source, settings, env));
  const code = findings.find((finding) => finding.code !== undefined)?.code ?? 'no-credentials';
  const lacksPermission = mayNotAsk && fixes.length === 1;
  const ask = lacksPermission ? `ask for ${tokenIssuer(env)}'s OIDC token, or ` : '';
  return new ActionError({
    code: lacksPermission ? 'id-token-permission-missing' : code,
    tried: `${ask}find credentials in the environment, the AWS profiles or the runner's own role`,
    why: [...whyNoToken(source, env), ...lines].map((line) => `\n- ${line}`).join(''),
    fix: fixes.join('\nOr: '),
    cause: failed.at(-1)?.error,
  });
}

async function findingOf(failed: FailedPlace, settings: SourceSettings, env: NodeJS.ProcessEnv): Promise<Finding> {
  const { source, words, error } = failed;
  const { connection } = settings;
  // Where nothing gives a container or a machine credentials, nothing answers: that is no fault.
  if (isNoAnswer(error) && (source === 'profile' || source === 'token file')) return unanswered(words);
  switch (source) {
    case 'environment':
      return inEnvironment(settings, env);
    case 'profile':
      return besideDefaultProfile(await inProfile(failed, connection, env), env);
    case 'token file':
      return withTokenFile(failed, connection, env);
    case 'container':
      return {
        words,
        fix: 'See why the agent of the container refuses: the task or the pod needs a role (ECS: taskRoleArn; EKS: a Pod Identity association), which its trust policy lets the service assume.',
      };
    case 'machine':
      return onMachine(words);
  }
}

function inEnvironment({ unsetCurrentCredentials }: SourceSettings, env: NodeJS.ProcessEnv): Finding {
  const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;
  const missing = names.filter((name) => !env[name]);
  if (unsetCurrentCredentials && names.some((name) => env[name] === '')) {
    return { words: `unset-current-credentials: true has emptied ${names.join(' and ')} in this step` };
  }
  if (missing.length !== 1) return { words: `${names.join(' and ')} are not set` };
  const words = `${missing.join()} is not set, or empty, and the other half of the key is`;
  return {
    words,
    fix: `Set ${missing.join()} as well. If it comes from a secret: it is not set or not open to this workflow.`,
  };
}

/** The settings that give a profile credentials. */
const CREDENTIAL_SETTINGS = [
  'aws_access_key_id',
  'aws_secret_access_key',
  'aws_session_token',
  'role_arn',
  'source_profile',
  'credential_source',
  'credential_process',
  'web_identity_token_file',
  'sso_session',
  'sso_account_id',
  'sso_role_name',
  'login_session',
];

async function inProfile(
  { words, error }: FailedPlace,
  connection: Connection,
  env: NodeJS.ProcessEnv,
): Promise<Finding> {
  const { parseKnownFiles } = await import('@smithy/core/config');
  const profiles = await parseKnownFiles({});
  const { AWS_PROFILE: named = '' } = env;
  const name = named === '' ? 'default' : named;
  const profile = profiles[name];
  const { credentials, config } = profileFiles(env, homedir());
  if (!profile) {
    const absent = `no such profile in ${credentials} and ${config}`;
    if (!env.AWS_PROFILE) return { words: absent };
    const names = Object.keys(profiles);
    const there = names.length > 0 ? ` (${suggestion(name, names)})` : '';
    return { words: `${absent}${there}`, fix: `Correct AWS_PROFILE, or set it to nothing under "env:" of this step.` };
  }
  if (refusalOf(error)) return refused(error, { roleArn: profile.role_arn }, connection, words);
  const settings = Object.keys(profile);
  const misspelt = settings.flatMap((setting) => {
    const meant = CREDENTIAL_SETTINGS.includes(setting) ? undefined : nearest(setting, CREDENTIAL_SETTINGS);
    return meant === undefined ? [] : `it has ${setting}; did you mean ${meant}?`;
  });
  if (misspelt.length > 0) {
    return { words: misspelt.join(' '), fix: `Correct the profile ${name} in ${credentials} or ${config}.` };
  }
  if (!env.AWS_PROFILE && !settings.some((setting) => CREDENTIAL_SETTINGS.includes(setting))) {
    return { words: `it has no settings for credentials (${credentials}, ${config})` };
  }
  if (profile.credential_process) {
    return { words, fix: `See what the program of the profile ${name} says (its credential_process in ${config}).` };
  }
  return { words, fix: `Correct the profile ${name} in ${credentials} or ${config}: it gives no credentials.` };
}

function unanswered(words: string): Finding {
  return {
    words,
    fix:
      'Run it again. If it fails again: see what the program of the profile (credential_process) waits for, if it has ' +
      'one; else what is between the runner and AWS.',
    code: 'no-answer',
  };
}

/** The AWS CLI and the SDK for Python take AWS_DEFAULT_PROFILE where AWS_PROFILE is not set; the SDK for JavaScript does not. */
function besideDefaultProfile(finding: Finding, env: NodeJS.ProcessEnv): Finding {
  const { AWS_DEFAULT_PROFILE: named = 'default' } = env;
  if (env.AWS_PROFILE || named === '' || named === 'default') return finding;
  return {
    fix: `Set AWS_PROFILE: ${named} under "env:" of this step.`,
    ...finding,
    words: `${finding.words}. AWS_DEFAULT_PROFILE is ${named}: the AWS CLI takes it, and this step does not`,
  };
}

function withTokenFile({ words, error }: FailedPlace, connection: Connection, env: NodeJS.ProcessEnv): Finding {
  const { AWS_ROLE_ARN: roleArn, AWS_WEB_IDENTITY_TOKEN_FILE: file = '' } = env;
  if (refusalOf(error)) {
    return refused(error, { roleArn, token: { claims: decodeClaims(readFileSync(file, 'utf8')) } }, connection, words);
  }
  return {
    words,
    fix: 'Check AWS_WEB_IDENTITY_TOKEN_FILE: the job must be able to read the file. In a container job, it must be mounted.',
  };
}

function onMachine(words: string): Finding {
  const role = /\(the role is (.*)\)$/.exec(words)?.[1];
  // Most machines are not in AWS, or have no role.
  if (role === undefined) return { words };
  return {
    words,
    fix: `In the trust policy of the role ${role}, allow "sts:AssumeRole" to ec2.amazonaws.com; if it does: attach the instance profile again.`,
  };
}

function refused(
  error: unknown,
  call: Pick<StsCall, 'roleArn' | 'token'>,
  { region }: Connection,
  words: string,
): Finding {
  const { code, fix } = explainSts(error, { tried: '', region, ...call });
  return { words: `${call.roleArn ?? ''}: ${words}`, fix, code };
}

/** Why a token that the job could have, or should, was not asked for. */
function whyNoToken({ tokenRuledOutBy }: DefaultChain, env: NodeJS.ProcessEnv): string[] {
  if (tokenRuledOutBy === 'permission') return [lackOfPermission(env)];
  if (tokenRuledOutBy !== 'no role' || !idTokenEndpoint(env)) return [];
  const issuer = tokenIssuer(env);
  return [
    `role-to-assume is not set, or comes from a secret or a variable that is empty: without a role, ${issuer}'s OIDC token is not used`,
  ];
}

function lackOfPermission(env: NodeJS.ProcessEnv): string {
  const fork = env.GITHUB_EVENT_NAME === 'pull_request' ? ' Pull requests from forks never get it.' : '';
  // Gitea 1.27 is without them.
  const server = forgeOf(env) === 'Gitea' ? ', or this version of Gitea has no such tokens' : '';
  return `The job may not ask for ${tokenIssuer(env)}'s OIDC token: it lacks ${idTokenPermission(env)}${server}.${fork}`;
}

const GIVE_KEYS = 'give aws-access-key-id and aws-secret-access-key (an empty secret counts as not given)';

const GITHUB_PERMISSION = 'permissions:\n    id-token: write\n    contents: read';

/** A way to credentials that the inputs leave open. */
function wayWithout(
  { tokenRuledOutBy, inputsAgainstToken }: DefaultChain,
  { unsetCurrentCredentials }: SourceSettings,
  env: NodeJS.ProcessEnv,
): string {
  if (unsetCurrentCredentials && tokenRuledOutBy !== 'permission') {
    return `Omit unset-current-credentials, which takes away what earlier steps provide; or ${GIVE_KEYS}.`;
  }
  switch (tokenRuledOutBy) {
    case 'permission':
      return `Add to the job:\n  ${permissionIn(env)}\nOr ${GIVE_KEYS}.`;
    case 'no role':
      return withOidc(['set role-to-assume'], inputsAgainstToken, env);
    case 'no role for the token file':
      return (
        'Set role-to-assume: the token in web-identity-token-file is not used without a role. If it comes from a secret or ' +
        'a variable: it is empty, because it is not set or not open to this workflow, as in a pull request from a fork; ' +
        `skip the step there. Or ${GIVE_KEYS}.`
      );
    case 'user keys':
      return `This mode needs the access keys of an IAM user: ${GIVE_KEYS}.`;
    case 'inputs':
      return withOidc([], inputsAgainstToken, env);
  }
}

/** All that is still to be done for GitHub's token, first where the job may ask for it; and the other ways. */
function withOidc(first: readonly string[], against: readonly InputName[], env: NodeJS.ProcessEnv): string {
  const mayAsk = idTokenEndpoint(env) !== undefined;
  const permission = mayAsk ? [] : [`add to the job:\n  ${permissionIn(env)}`];
  const steps = [...first, ...(against.length > 0 ? [`remove ${against.join(', ')}`] : []), ...permission];
  const all = steps.length === 1 ? steps.join() : `${steps.slice(0, -1).join(', ')} and ${steps.at(-1) ?? ''}`;
  const provide = `an earlier step of the job provide credentials, or ${GIVE_KEYS}.`;
  return mayAsk ? `To use OIDC, ${all}. Or let ${provide}` : `Let ${provide} To use OIDC, ${all}`;
}

function permissionIn(env: NodeJS.ProcessEnv): string {
  return forgeOf(env) === 'Forgejo' ? idTokenPermission(env) : GITHUB_PERMISSION;
}
