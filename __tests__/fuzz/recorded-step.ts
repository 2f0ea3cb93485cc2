import { inputVariables, readActionMetadata } from '../../sandbox/runner/action-metadata';
import type { LogLine } from '../../sandbox/runner/log';
import { PROJECT } from '../../sandbox/runner/processes';
import { allow } from '../sandbox/sts-client';
import { REPOSITORY } from '../scenarios/identities';
import { Scenario } from '../scenarios/scenario';
import type { Given } from './inputs';

/** What came of a step. */
export interface Recorded {
  /** What it failed with, if it did. */
  readonly failure: string | undefined;
  /** Everything that a person may come to read, the failure included: the log, the summary, and the state file. */
  readonly said: string;
  readonly masked: ReadonlySet<string>;
  /** Those of them that were masked before anything was said. */
  readonly maskedFirst: ReadonlySet<string>;
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

  /** Makes the job's repository and these workspaces, and the inputs with tokens that may write there. */
  writers(workspaces: readonly string[]): Readonly<Record<'github-token' | 'terraform-token', string>> {
    const { github, terraform } = this.scenario.sandbox;
    github.secrets.createRepository(REPOSITORY);
    for (const workspace of workspaces) terraform.createWorkspace('acme', workspace);
    return {
      'github-token': github.secrets.token({ write: [REPOSITORY], writeDependabot: [REPOSITORY] }),
      'terraform-token': terraform.token({ write: workspaces.map((workspace) => `acme/${workspace}`) }),
    };
  }

  /** What a place of keys holds, in these workspaces and with the same names as prefixes of secrets. */
  delivered(places: readonly string[]): string[] {
    const { github, terraform } = this.scenario.sandbox;
    return places.flatMap((place) =>
      ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'].flatMap((name) =>
        [
          terraform.value(`acme/${place}`, name),
          github.secrets.value(REPOSITORY, `${place.toUpperCase()}${name}`),
          github.secrets.value(REPOSITORY, `${place.toUpperCase()}${name}`, { program: 'dependabot' }),
        ].flatMap((value) => value ?? []),
      ),
    );
  }

  async run({ inputs, env }: Given): Promise<Recorded> {
    const job = this.scenario.job({ env: this.#variables });
    const { lines, outputs, exported, state, summary } = await job.step({ with: inputs, env });
    job.remove();
    const isMask = ({ command }: LogLine) => command?.name === 'add-mask';
    const first = lines.slice(
      0,
      lines.findIndex((line) => !isMask(line)),
    );
    const valuesOf = (name: string, among = lines) =>
      among.flatMap(({ command }) => (command?.name === name ? command.value : []));
    const shown = lines.filter((line) => !isMask(line)).map(({ raw, command }) => command?.value ?? raw);
    return {
      failure: valuesOf('error').at(-1),
      said: [...shown, summary, JSON.stringify(state)].join('\n'),
      masked: new Set(valuesOf('add-mask')),
      maskedFirst: new Set(valuesOf('add-mask', first)),
      outputs,
      exported,
      requests: this.scenario.calls(),
    };
  }

  /** What the step finds in its environment. */
  environment({ inputs, env }: Given): Record<string, string> {
    return {
      GITHUB_ACTOR: 'octocat',
      ...this.#variables,
      ...inputVariables(readActionMetadata(PROJECT), inputs),
      ...env,
    };
  }

  async end(): Promise<void> {
    await this.scenario.end();
  }

  get #variables(): Record<string, string> {
    const { url, github, terraform } = this.scenario.sandbox;
    return { AWS_ENDPOINT_URL: url, GITHUB_API_URL: github.secrets.apiUrl, TFE_ADDRESS: terraform.address };
  }
}
