import sodium from 'libsodium-wrappers';
import type { AccessKey, Account, User } from '../../sandbox/accounts/account';
import type { MfaDevice } from '../../sandbox/accounts/mfa-device';
import { World } from '../../sandbox/accounts/world';
import { Clock } from '../../sandbox/clock';
import { notFound, Tokens } from '../../sandbox/github/access';
import { githubRoute } from '../../sandbox/github/route';
import { GithubRuns } from '../../sandbox/github/runs';
import { GithubSecrets } from '../../sandbox/github/secrets';
import type { Refusal } from '../../sandbox/http/refusal';
import type { Answer, IncomingRequest, RecordedRequest } from '../../sandbox/http/request';
import type { Route } from '../../sandbox/http/route';
import { iam } from '../../sandbox/iam/service';
import { queryRoute } from '../../sandbox/query/route';
import { sts } from '../../sandbox/sts/service';
import { Terraform } from '../../sandbox/terraform/terraform';
import type { Variable, Workspace } from '../../sandbox/terraform/workspace';
import { LONGEST_READ_AGE_MS } from '../../src/provisioning/changes/require-own';
import { allow, trust } from '../sandbox/sts-client';
import { REPOSITORY } from '../scenarios/identities';
import { ACCOUNT, EXAMPLE_KEYS } from '../scenarios/scenario';
import { WORKSPACE } from './documents';
import { TAKERS, type Taker, type Thing } from './owners';
import type { Time } from './turns';

/** What a place that lasts holds: the halves of a key, each by the key that it is of. */
export interface Held {
  readonly id: string | undefined;
  /** The ID of the key whose secret it is. */
  readonly secretOf: string | undefined;
}

/** What happened on a request. */
interface Acted {
  readonly record: RecordedRequest;
  readonly answer: Answer;
  /** What it names that was there before, as it was. */
  readonly named: readonly Thing[];
}

/** How a user and its places are left by an earlier run. */
export interface Left {
  readonly users: readonly LeftUser[];
  /** Values by name. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly variables: readonly Variable[];
}

interface LeftUser {
  readonly name: string;
  readonly tags: User['tags'];
  readonly keys: readonly LeftKey[];
  readonly device: { readonly name: string; readonly seed: string; readonly tags: MfaDevice['tags'] } | undefined;
}

interface LeftKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What ARNs call what is created. */
const KINDS: Readonly<Record<string, string>> = {
  CreateUser: 'user',
  CreateRole: 'role',
  CreatePolicy: 'policy',
  CreateVirtualMFADevice: 'mfa',
};

const ADDRESS = 'http://localhost:1';

/** An account, a repository at GitHub and a workspace of HCP Terraform, to which requests come without a connection. */
export class PairWorld {
  readonly aws: World;
  readonly account: Account;
  /** Every key that there ever was, by ID. */
  readonly keys = new Map<string, AccessKey>();
  /** Keys that a person made and uses. */
  readonly persons = new Set<string>();
  readonly terraform: Terraform;
  readonly #workspace: Workspace;

  private constructor(
    readonly time: Time,
    readonly github: GithubSecrets,
    readonly runs: GithubRuns,
    clock: Clock,
  ) {
    this.aws = new World(clock);
    this.account = this.aws.account(ACCOUNT, 'aws');
    github.createRepository(REPOSITORY);
    this.terraform = new Terraform(clock, () => ADDRESS);
    this.#workspace = this.terraform.createWorkspace('acme', 'prod');
    this.account.createUser('admin', { policies: [allow('*')] }).createAccessKey(EXAMPLE_KEYS);
  }

  static async open(time: Time): Promise<PairWorld> {
    const [clock, tokens] = [new Clock(), new Tokens()];
    const github = await GithubSecrets.create(clock, tokens, () => ADDRESS);
    return new PairWorld(time, github, new GithubRuns(clock, tokens), clock);
  }

  /** Puts there what an earlier run left. */
  async restore({ users, secrets, variables }: Left): Promise<void> {
    this.#workspace.variables.push(...variables);
    for (const { name, tags, keys, device } of users) {
      const user = this.account.createUser(name, { tags, policies: [allow('*')] });
      for (const key of keys) this.keys.set(key.accessKeyId, user.createAccessKey(key));
      if (device) user.createMfaDevice(device.name, { seed: device.seed }).tags = device.tags;
    }
    for (const [name, value] of secrets) await this.#put(name, value);
  }

  /** What is there now, to be put into another world. */
  left(): Left {
    return {
      users: this.users.map(({ name, tags, accessKeys }) => ({
        name,
        tags,
        keys: accessKeys.map(({ accessKeyId, secretAccessKey }) => ({ accessKeyId, secretAccessKey })),
        device: leftDevice(this.deviceOf(name)),
      })),
      secrets: new Map(this.#secrets),
      variables: [...this.#workspace.variables],
    };
  }

  /** All but the administrator. */
  get users(): User[] {
    return [...this.account.users.values()].filter(({ name }) => name !== 'admin');
  }

  /** The values of the secrets that are there, by name: each is opened once, as that takes time. */
  readonly #secrets = new Map<string, string>();

  /** What happens on a request. */
  async act(request: IncomingRequest): Promise<Acted> {
    const route = this.#routeOf(request);
    const { service, action, params } = route;
    const { path, headers } = request;
    const record: RecordedRequest = { service, action, path, params, headers, at: this.time.now };
    const named = this.#namedIn(params);
    const answer = await route.respond(record);
    if (/^(PUT|DELETE) secret$/.test(action)) this.#open(params.name ?? '');
    for (const user of this.users) for (const key of user.accessKeys) this.keys.set(key.accessKeyId, key);
    const date = new Date(this.time.now).toUTCString();
    return { record, named, answer: { ...answer, headers: { date, ...answer.headers } } };
  }

  refusal(request: IncomingRequest, refusal: Refusal): Answer {
    return this.#routeOf(request).refuse(refusal);
  }

  /** The device that is enabled for a user. */
  deviceOf(name: string): MfaDevice | undefined {
    const [device] = this.account.users.get(name)?.mfaDevices.values() ?? [];
    return device;
  }

  /** What a secret holds. */
  secret(name: string): string | undefined {
    return this.#secrets.get(name);
  }

  /** What the secrets with this prefix hold, or the variables of the workspace. */
  held(prefix: string): Held {
    const valueOf = (name: string) =>
      prefix === WORKSPACE ? this.terraform.value(WORKSPACE, name) : this.#secrets.get(`${prefix}${name}`);
    const [id, secret] = [valueOf('AWS_ACCESS_KEY_ID'), valueOf('AWS_SECRET_ACCESS_KEY')];
    const of = [...this.keys.values()].find(({ secretAccessKey }) => secretAccessKey === secret);
    return { id, secretOf: secret === undefined ? undefined : (of?.accessKeyId ?? 'a stranger') };
  }

  status(id: string): 'active' | 'inactive' | 'deleted' {
    const found = this.aws.accessKey(id);
    if (!found) return 'deleted';
    return found.key.status === 'Active' ? 'active' : 'inactive';
  }

  /** A person makes a key by hand, and uses it; where there is room for one. */
  makePersonsKey(name: string): void {
    const user = this.account.users.get(name);
    if (!user || user.accessKeys.length >= 2) return;
    const key = user.createAccessKey();
    this.keys.set(key.accessKeyId, key);
    this.persons.add(key.accessKeyId);
    this.usePersonsKeys();
  }

  /** All that was made, whoever made it, but for the administrator. */
  get things(): Thing[] {
    const { roles, managedPolicies, virtualMfaDevices } = this.account;
    const policies = [...managedPolicies.values()].filter(({ arn }) => arn.includes(`:${ACCOUNT}:`));
    const devices = [...virtualMfaDevices.values()].map(({ serialNumber: arn, tags, writableAt }) => ({
      ...{ arn, tags },
      createdAt: writableAt,
    }));
    return [...this.users, ...roles.values(), ...policies, ...devices].map(({ arn, tags, createdAt }) => ({
      arn,
      tags,
      seenFrom: createdAt.getTime() + LONGEST_READ_AGE_MS,
    }));
  }

  /** Lets someone else make what a request asks for, under the same name, unless that is taken. */
  take({ body }: IncomingRequest, by: Taker): void {
    const { account } = this;
    const asked = new URLSearchParams(body);
    const get = (name: string) => asked.get(name) ?? '';
    const [path, tags] = [asked.get('Path') ?? '/', TAKERS[by]];
    const policy = { text: JSON.stringify(allow('*')), document: allow('*') };
    const name = get('UserName') || get('RoleName') || get('PolicyName') || get('VirtualMFADeviceName');
    const isTaken = this.things.some(
      ({ arn }) => arn.endsWith(`/${name}`) && arn.includes(`:${KINDS[get('Action')] ?? ''}/`),
    );
    if (isTaken) return;
    switch (get('Action')) {
      case 'CreateUser':
        account.createUser(get('UserName'), { path, tags });
        break;
      case 'CreateRole':
        account.createRole(get('RoleName'), { path, tags, trust: trust(`arn:aws:iam::${ACCOUNT}:root`) });
        break;
      case 'CreatePolicy':
        account.createManagedPolicy(get('PolicyName'), { path, tags, policy });
        break;
      case 'CreateVirtualMFADevice':
        account.createMfaDevice(`${path.slice(1)}${get('VirtualMFADeviceName')}`).tags = tags;
        break;
      case 'CreateAccessKey':
        this.makePersonsKey(get('UserName'));
        break;
    }
  }

  #namedIn({ UserName, RoleName, PolicyArn, SerialNumber }: RecordedRequest['params']): Thing[] {
    const isEnding = (arn: string, name: string | undefined) => name !== undefined && arn.endsWith(`/${name}`);
    return this.things.filter(
      ({ arn }) =>
        (arn.includes(':user/') && isEnding(arn, UserName)) ||
        (arn.includes(':role/') && isEnding(arn, RoleName)) ||
        arn === PolicyArn ||
        arn === SerialNumber,
    );
  }

  usePersonsKeys(): void {
    for (const id of this.persons) {
      const key = this.keys.get(id);
      if (key) key.lastUsed = { at: new Date(this.time.now), service: 's3', region: 'eu-central-1' };
    }
  }

  #routeOf(request: IncomingRequest): Route {
    if (request.path === '/') return queryRoute(request, [sts, iam], this.aws);
    return (
      this.github.route(request) ??
      this.terraform.route(request) ??
      this.runs.route(request) ??
      githubRoute(`${request.method} ${request.path}`, {}, notThere)
    );
  }

  #open(name: string): void {
    const value = this.github.value(REPOSITORY, name);
    if (value === undefined) this.#secrets.delete(name);
    else this.#secrets.set(name, value);
  }

  async #put(name: string, value: string): Promise<void> {
    const token = this.github.token({ write: [REPOSITORY] });
    const headers = { authorization: `Bearer ${token}` };
    const root = new URL(`${this.github.apiUrl}/repos/${REPOSITORY}/actions/secrets`).pathname;
    const ask = (method: string, path: string, body: string) =>
      this.act({ method, path: root + path, query: new URLSearchParams(), headers, body });
    const { answer } = await ask('GET', '/public-key', '');
    const { key, key_id } = JSON.parse(answer.body) as { key: string; key_id: string };
    const box = sodium.crypto_box_seal(value, Buffer.from(key, 'base64'));
    await ask('PUT', `/${name}`, JSON.stringify({ key_id, encrypted_value: Buffer.from(box).toString('base64') }));
  }
}

/** GitHub's answer to whatever else is asked of it. */
function notThere(): never {
  throw notFound();
}

function leftDevice(device: MfaDevice | undefined): LeftUser['device'] {
  if (!device) return undefined;
  const { serialNumber, seed, tags } = device;
  return { name: serialNumber.split(':mfa/')[1] ?? '', seed, tags };
}
