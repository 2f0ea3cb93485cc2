import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { runAction } from '../../src/action/run-action';
import { systemClock } from '../../src/network/clock';
import { Ledger } from '../../src/runner/ledger';
import type { Runner } from '../../src/runner/runner';
import { allow } from '../sandbox/sts-client';
import { ACCOUNT, EXAMPLE_KEYS } from '../scenarios/scenario';
import type { Given } from './inputs';

/** What came of a step that ran in this process. */
export interface Recorded {
  /** What it failed with, if it did. */
  readonly failure: string | undefined;
  /** Everything that a person may come to read, the failure included: the log, the summary, and the state file. */
  readonly said: string;
  readonly masked: ReadonlySet<string>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly exported: Readonly<Record<string, string>>;
  /** What reached AWS and GitHub, by action. */
  readonly requests: readonly string[];
}

/** Runs steps against a local AWS that remembers every request, with waits that take no time. */
export class StepRecorder {
  readonly #folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
  #seen = 0;

  private constructor(readonly sandbox: Sandbox) {}

  static async start(): Promise<StepRecorder> {
    const sandbox = await startSandbox();
    const account = sandbox.account(ACCOUNT);
    const user = account.createUser('ci', { policies: [allow('*')] });
    user.createAccessKey(EXAMPLE_KEYS);
    account.createRole('deploy', {
      trust: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:TagSession'], Principal: { AWS: user.arn } }],
      },
    });
    return new StepRecorder(sandbox);
  }

  async run(given: Given): Promise<Recorded> {
    const said: string[] = [];
    const masked = new Set<string>();
    const outputs: Record<string, string> = {};
    const exported: Record<string, string> = {};
    let failure: string | undefined;
    const say = (line: string) => void said.push(line);
    const runner: Runner = {
      mask: (secret) => void masked.add(secret),
      exportVariable: (name, value) => void (exported[name] = value),
      setOutput: (name, value) => void (outputs[name] = value),
      saveState: (name, value) => void said.push(name, value),
      info: say,
      group: (title, lines) => void said.push(title, ...lines),
      notice: say,
      warning: say,
      fail(message) {
        failure = message;
        say(message);
      },
      summarize(markdown) {
        say(markdown);
        return Promise.resolve();
      },
    };
    const variables = this.environment(given);
    await runAction({
      env: variables,
      runner,
      clock: { ...systemClock, now: () => 0, random: () => 0, sleep: () => Promise.resolve() },
      ledger: new Ledger(variables, runner.saveState),
    });
    const requests = this.sandbox.requests.slice(this.#seen).map(({ action }) => action);
    this.#seen = this.sandbox.requests.length;
    return { failure, said: said.join('\n'), masked, outputs, exported, requests };
  }

  /** What the step finds in its environment. */
  environment({ inputs, env }: Given): Record<string, string> {
    return {
      RUNNER_TEMP: this.#folder,
      GITHUB_REPOSITORY: 'octo/app',
      AWS_SHARED_CREDENTIALS_FILE: join(this.#folder, 'credentials'),
      AWS_CONFIG_FILE: join(this.#folder, 'config'),
      ...this.variables,
      ...env,
      ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    };
  }

  /** What makes this AWS the one that is reached, and the only one. */
  get variables(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.sandbox.url,
      AWS_EC2_METADATA_DISABLED: 'true',
      GITHUB_API_URL: `${this.sandbox.url}/api/v3`,
    };
  }

  async end(): Promise<void> {
    rmSync(this.#folder, { recursive: true });
    await this.sandbox.close();
  }
}
