import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Job } from '../../sandbox/runner/job';
import { lastWord } from '../../src/credential-process/command-line';
import { readSession } from '../../src/credential-process/session-file';
import { ACCOUNT, type Scenario } from '../scenarios/scenario';
import type { Observed } from './trial';

/** Credentials wherever a later step finds them. */
export interface Found {
  readonly id: string | undefined;
  readonly secret: string | undefined;
  readonly token: string | undefined;
}

/** Secret access keys and session tokens, by the form that the local AWS gives them. */
export const SECRET = /[A-Za-z0-9+/]{30}EXAMPLEKEY|[A-Za-z0-9+/]{40,}EXAMPLETOKEN/;

export type Profiles = Readonly<Record<string, Found>>;

/** The profiles that later steps of a job find, with their credentials as tools read them. */
export function profilesOf({ env, home }: Job): Profiles {
  const folder = join(env.HOME ?? home, '.aws');
  const keys = sectionsIn(env.AWS_SHARED_CREDENTIALS_FILE ?? join(folder, 'credentials'));
  const config = sectionsIn(env.AWS_CONFIG_FILE ?? join(folder, 'config'));
  return {
    ...mapped(config, ({ credential_process: command }) => (command === undefined ? undefined : answered(command))),
    ...mapped(keys, (settings) => ({
      id: settings.aws_access_key_id,
      secret: settings.aws_secret_access_key,
      token: settings.aws_session_token,
    })),
  };
}

/** The text of a profile file; empty where there is none. */
export function profileText(path: string): string {
  return existsSync(path) && statSync(path).isFile() ? readFileSync(path, 'utf8') : '';
}

type Sections = Readonly<Record<string, Readonly<Record<string, string>>>>;

function sectionsIn(path: string): Sections {
  const [, ...sections] = profileText(path).split(/^\[(?:profile )?/m);
  return Object.fromEntries(
    sections.map((section) => {
      const settings = [...section.matchAll(/^(\w+) = (.*)$/gm)].map(([, name = '', value = '']) => [name, value]);
      return [section.slice(0, section.indexOf(']')), Object.fromEntries(settings) as Record<string, string>];
    }),
  );
}

function mapped(sections: Sections, found: (settings: Sections[string]) => Found | undefined): Profiles {
  const all = Object.entries(sections).map(([name, settings]) => [name, found(settings)] as const);
  return Object.fromEntries(all.flatMap(([name, one]) => (one === undefined ? [] : [[name, one] as const])));
}

function answered(command: string): Found {
  const { AccessKeyId: id, SecretAccessKey: secret, SessionToken: token } = readSession(lastWord(command)).credentials;
  return { id, secret, token };
}

/** A step that has just ended. */
type Ended = Pick<Observed, 'main' | 'task' | 'inputs' | 'after'>;

/**
 * What a step that is green hands to later steps otherwise than it says, or of others than it should.
 *
 * @param now by the clock of AWS, in milliseconds since 1970
 */
export function misdeliveredBy(one: Ended, scenario: Scenario, now: number): string[] {
  const { main, task, inputs, after } = one;
  if (main.exitCode !== 0) return [];
  const roles = rolesIn(inputs.roles);
  const wrongIn = (found: Found | undefined, owner: string) => wrongWith(found, owner, scenario, now);
  const profiles = profilesExpected(one, Object.keys(roles)).flatMap((name) => {
    const owner = ownerExpected(one, name, roles[name]);
    return wrongIn(after.profiles[name], owner).map((wrong) => `the profile ${name} ${wrong}`);
  });
  const named = inputs.roles === undefined ? [] : wrongNames(one);
  const { outputs } = main;
  const found = {
    id: outputs['aws-access-key-id'],
    secret: outputs['aws-secret-access-key'],
    token: outputs['aws-session-token'],
  };
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = after.env;
  if (task.isSession !== true || 'use-existing-credentials' in inputs) return [...profiles, ...named];
  const owner = ownerExpected(one);
  const isExported = inputs['aws-profile'] === undefined || inputs['output-env-credentials'] === 'true';
  return [
    ...profiles,
    ...(isExported ? wrongIn({ id, secret, token }, owner) : []).map((wrong) => `the environment ${wrong}`),
    ...(inputs['output-credentials'] === 'true' ? wrongIn(found, owner) : []).map(
      (wrong) => `what the outputs hold ${wrong}`,
    ),
    ...(outputs['aws-account-id'] === ACCOUNT ? [] : [`the account is ${outputs['aws-account-id'] ?? 'not there'}`]),
  ];
}

/** Profiles by role. */
function rolesIn(roles = ''): Record<string, string> {
  const pairs = roles.split('\n').map((line) => line.split(': '));
  return Object.fromEntries(
    pairs.flatMap(([profile = '', role = '']) => (profile === '' ? [] : [[profile, role] as const])),
  );
}

function profilesExpected({ inputs, task, main }: Ended, roles: readonly string[]): readonly string[] {
  if (inputs['continue-on-role-error'] === 'true') return JSON.parse(main.outputs.profiles ?? '[]') as string[];
  const isDelivering = inputs.mode === 'provision' && inputs['dry-run'] !== 'true';
  const places = Object.values(task.document?.users ?? {}).flatMap(({ 'access-key': { deliver } }) => deliver);
  const ofKeys = places.flatMap((place) => (typeof place === 'object' && 'profile' in place ? place.profile : []));
  const { 'aws-profile': own } = inputs;
  return [...roles, ...(own === undefined ? [] : [own]), ...(isDelivering ? ofKeys : [])];
}

/** The name of the user or role whose credentials they are to be. */
function ownerExpected({ inputs, task }: Ended, profile?: string, role = ''): string {
  const ofKey = Object.entries(task.document?.users ?? {}).find(
    ([
      ,
      {
        'access-key': { deliver },
      },
    ]) => deliver.some((place) => typeof place === 'object' && 'profile' in place && place.profile === profile),
  );
  if (ofKey) return ofKey[0];
  const last = role.split('/').at(-1) ?? '';
  const assumed = inputs['role-to-assume']?.split('/').at(-1) ?? last;
  if (assumed !== '') return assumed;
  return 'sso-role-name' in inputs ? 'AWSReservedSSO_Admin' : 'ci';
}

function wrongWith(found: Found | undefined, owner: string, { sandbox: { world } }: Scenario, now: number): string[] {
  if (found?.id === undefined) return ['holds no credentials'];
  const { id, secret, token } = found;
  const session = world.sessions.get(id);
  const key = world.accessKey(id);
  const name = session?.principal.name ?? key?.user.name ?? 'nobody';
  const known = session ?? key?.key;
  const isWhole = known?.secretAccessKey === secret && session?.sessionToken === (token === '' ? undefined : token);
  return [
    ...(isWhole ? [] : ['holds no whole credentials']),
    ...(key === undefined || key.key.propagatedAt.getTime() <= now ? [] : ['holds a key that is not known yet']),
    ...(name === owner || name.startsWith(`${owner}_`) ? [] : [`holds those of ${name}, and not of ${owner}`]),
  ];
}

/** Files with secrets that others than the job's user may read. */
export function openToOthers({ env, home, temp }: Job): string[] {
  const folders = [join(env.HOME ?? home, '.aws'), temp].filter((folder) => existsSync(folder));
  const paths = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? join(entry.parentPath, entry.name) : [],
    ),
  );
  const isOpen = (path: string) => (statSync(path).mode & 0o077) !== 0 && SECRET.test(readFileSync(path, 'utf8'));
  return paths.filter(isOpen).map((path) => `others may read ${path}`);
}

/** Profiles in the outputs that are not there, or not as they are named. */
function wrongNames({ main: { outputs }, inputs, after }: Ended): string[] {
  const roles = rolesIn(inputs.roles);
  const names = JSON.parse(outputs.profiles ?? '[]') as string[];
  const arns = JSON.parse(outputs['role-arns'] ?? '{}') as Record<string, string>;
  const isSo = names.every((name) => arns[name] === roles[name] && name in after.profiles);
  return names.length > 0 && isSo ? [] : [`the outputs name the profiles ${names.join(', ') || 'of nobody'}`];
}
