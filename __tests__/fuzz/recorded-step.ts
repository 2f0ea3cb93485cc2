import { inputVariables, readActionMetadata } from '../../sandbox/runner/action-metadata';
import { PROJECT } from '../../sandbox/runner/processes';
import { allow } from '../sandbox/sts-client';
import { Scenario } from '../scenarios/scenario';
import type { Given } from './inputs';

/** What came of a step. */
export interface Recorded {
  /** What it failed with, if it did. */
  readonly failure: string | undefined;
  /** Everything that a person may come to read, the failure included: the log, the summary, and the state file. */
  readonly said: string;
  readonly masked: ReadonlySet<string>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly exported: Readonly<Record<string, string>>;
  /** What reached AWS and GitHub, each as "Action" or "Action ErrorCode". */
  readonly requests: readonly string[];
}

/** Runs steps, each in a job of its own, against a local AWS that remembers every request. */
export class StepRecorder {
  private constructor(private readonly scenario: Scenario) {}

  static async start(): Promise<StepRecorder> {
    const scenario = await Scenario.start();
    const { user } = scenario.createUserAndRole();
    user.policies = [allow('*')];
    return new StepRecorder(scenario);
  }

  get account() {
    return this.scenario.account;
  }

  async run({ inputs, env }: Given): Promise<Recorded> {
    const job = this.scenario.job({ env: this.#variables });
    const { lines, outputs, exported, state, summary } = await job.step({ with: inputs, env });
    job.remove();
    const commands = lines.flatMap(({ command }) => command ?? []);
    const valuesOf = (name: string) => commands.filter((command) => command.name === name).map(({ value }) => value);
    const shown = lines
      .filter(({ command }) => command?.name !== 'add-mask')
      .map(({ raw, command }) => command?.value ?? raw);
    return {
      failure: valuesOf('error').at(-1),
      said: [...shown, summary, JSON.stringify(state)].join('\n'),
      masked: new Set(valuesOf('add-mask')),
      outputs,
      exported,
      requests: this.scenario.calls(),
    };
  }

  /** What the step finds in its environment. */
  environment({ inputs, env }: Given): Record<string, string> {
    return { ...this.#variables, ...inputVariables(readActionMetadata(PROJECT), inputs), ...env };
  }

  async end(): Promise<void> {
    await this.scenario.end();
  }

  get #variables(): Record<string, string> {
    const { url, github } = this.scenario.sandbox;
    return { AWS_ENDPOINT_URL: url, GITHUB_API_URL: github.secrets.apiUrl };
  }
}
