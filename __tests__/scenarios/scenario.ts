import { Job, type Run } from '../../sandbox/runner/job';
import { processes } from '../../sandbox/runner/processes';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import type { ErrorCode } from '../../src/errors/action-error';
import { startRunning, type Running } from './running';

export const ACCOUNT = '123456789012';
export const REGION = 'eu-central-1';
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/deploy`;
export const ISSUER = 'https://token.actions.githubusercontent.com';
export const PROVIDER = `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`;

/** The keys that AWS documents as examples. */
export const EXAMPLE_KEYS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
} as const;

export const KEY_INPUTS = {
  'aws-access-key-id': EXAMPLE_KEYS.accessKeyId,
  'aws-secret-access-key': EXAMPLE_KEYS.secretAccessKey,
} as const;

export interface JobSettings {
  /** Whether it has the permission `id-token: write`. */
  readonly oidc?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether its steps show what only processes do. */
  readonly asProcess?: boolean;
}

/** A local AWS with jobs around it. Every request that reached it must be expected, or the test fails. */
export class Scenario {
  readonly #jobs: Job[] = [];
  #checked = 0;

  private constructor(
    readonly sandbox: Sandbox,
    private readonly running: Running,
  ) {}

  /**
   * @param asProcesses whether all its steps show what only processes do
   * @param running how its steps run: where the whole run of the tests has them run, if omitted
   */
  static async start({
    asProcesses = false,
    running = startRunning({ asProcesses }),
  }: { readonly asProcesses?: boolean; readonly running?: Running } = {}): Promise<Scenario> {
    const sandbox = await startSandbox({ waiting: running.waiting });
    running.follow(sandbox.clock);
    return new Scenario(sandbox, running);
  }

  get account() {
    return this.sandbox.account(ACCOUNT);
  }

  /** A role that GitHub's tokens for octo/app on main may assume. */
  createOidcRole(name = 'deploy', settings: { maxSessionDuration?: number } = {}) {
    if (this.account.oidcProviders.size === 0) {
      this.account.createOidcProvider({ url: ISSUER, clientIds: ['sts.amazonaws.com'] });
    }
    return this.account.createRole(name, {
      ...settings,
      trust: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRoleWithWebIdentity',
            Principal: { Federated: PROVIDER },
            Condition: {
              StringEquals: {
                'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
                'token.actions.githubusercontent.com:sub': [
                  'repo:octo/app:ref:refs/heads/main',
                  'repo:octo@1/app@2:ref:refs/heads/main',
                ],
              },
            },
          },
        ],
      },
    });
  }

  /** The user `ci` with AWS's example keys, and the role `deploy` that it may assume and tag. */
  createUserAndRole(settings: { actions?: string[]; maxSessionDuration?: number } = {}) {
    const user = this.account.createUser('ci', {});
    user.createAccessKey(EXAMPLE_KEYS);
    const { actions = ['sts:AssumeRole', 'sts:TagSession'], ...rest } = settings;
    const role = this.account.createRole('deploy', {
      ...rest,
      trust: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Principal: { AWS: user.arn } }] },
    });
    return { user, role };
  }

  /** A job that reaches this AWS. */
  job({ oidc = false, env = {}, asProcess = false }: JobSettings = {}): Job {
    const variables = {
      AWS_ENDPOINT_URL_STS: this.sandbox.url,
      ...(oidc && this.sandbox.github.environment({})),
      ...env,
    };
    const driver = asProcess ? processes : this.running.driver;
    const job = new Job(variables, driver, undefined, this.running.platform);
    this.#jobs.push(job);
    return job;
  }

  /** Inputs with which it is AWS's own endpoint of STS that is called, and a proxy leads there: this sandbox. */
  get proxyToAws() {
    return { 'sts-endpoint': `http://sts.${REGION}.amazonaws.com`, 'http-proxy': this.sandbox.url } as const;
  }

  /** Lets so many milliseconds pass at once. */
  pass(ms: number): void {
    this.running.pass(ms);
  }

  /** That a step took no longer. As a process it takes, on a busy machine, the time that it needs. */
  expectWithin(ms: number, { duration }: Run): void {
    if (this.running.isExact) expect(duration).toBeLessThan(ms);
  }

  /** Requests since the last time this was asked, each as "Action" or "Action ErrorCode". */
  calls(): string[] {
    const fresh = this.sandbox.requests.slice(this.#checked);
    this.#checked = this.sandbox.requests.length;
    return fresh.map(({ action, errorCode }) => (errorCode === undefined ? action : `${action} ${errorCode}`));
  }

  /** Ends everything. A request that nobody asked about fails the test. */
  async end(): Promise<void> {
    const unexpected = this.calls();
    for (const job of this.#jobs) job.remove();
    await this.sandbox.close();
    this.running.end();
    expect(unexpected).toEqual([]);
  }
}

/** The log of a step, in one text. */
export function textOf({ log }: Run): string {
  return log.join('\n');
}

/** A step that failed for this reason said so, and left nothing to anyone: no variable, no output, nothing to undo. */
export function expectFailed(run: Run, code: ErrorCode): void {
  const { exitCode, stderr, exported, state } = run;
  const outputs = run.outputs.plan === undefined ? run.outputs : withoutReported(run.outputs);
  const kept = Object.values(state).filter(Boolean);
  expect({ exitCode, stderr, exported, outputs, kept }).toEqual({
    exitCode: 1,
    stderr: '',
    exported: {},
    outputs: {},
    kept: [],
  });
  expect(run.log.join('\n')).toContain(`docs/troubleshooting.md#${code}`);
  expect(run.summary).toContain('**Fix:** ');
}

/** Outputs but for those that report what was done where something was in the way of single users. */
function withoutReported(outputs: Run['outputs']): Run['outputs'] {
  const reported = ['mode', 'plan', 'changed', 'profiles', 'aws-account-id', 'authenticated-arn'];
  const isReported = (name: string) => reported.includes(name) || name.endsWith('-arns');
  return Object.fromEntries(Object.entries(outputs).filter(([name]) => !isReported(name)));
}
