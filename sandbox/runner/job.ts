import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { inputVariables, readActionMetadata } from './action-metadata';
import { readCommandFile } from './command-file';
import type { Driver, Ended, Kill, Part } from './driver';
import { LiveLog, parseLog, renderLog, type LogLine } from './log';
import { ACTIONS_NODE, processes, PROJECT, runProcess } from './processes';
import { shellCommand } from './shell';

/** One run of a step: its main or its post. */
export interface Run {
  readonly exitCode: number | null;
  /** What it printed, line by line. */
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

export type CommandFile = 'GITHUB_ENV' | 'GITHUB_OUTPUT' | 'GITHUB_PATH' | 'GITHUB_STATE' | 'GITHUB_STEP_SUMMARY';

export interface StepOptions {
  /** The inputs, as under `with:`. */
  readonly with?: Readonly<Record<string, string>>;
  /** Variables of this step alone, as under `env:`. */
  readonly env?: Readonly<Record<string, string>>;
  /** The folder with the action; this project if omitted. */
  readonly uses?: string;
  /** Files of the runner that are not what they should be, such as a full disk. What goes there is not read back. */
  readonly files?: Readonly<Partial<Record<CommandFile, string>>>;
  /** Ends it with this signal when something has come about. */
  readonly kill?: Kill;
}

/** How the commands of a step run. */
export interface ShellOptions {
  /** Variables of this step alone, as under `env:`. */
  readonly env?: Readonly<Record<string, string>>;
  /** As under `shell:`; without it, `bash -e`. */
  readonly shell?: string | undefined;
  /** From the workspace on, as under `working-directory:`. */
  readonly workingDirectory?: string | undefined;
}

/** Who watches the steps of a job while they run. */
export interface Watch {
  /** Called when a step begins; what it returns prints the lines of its log. */
  readonly printer?: () => (line: string) => void;
  /** Ends whatever runs with this signal when something has come about. */
  readonly kill?: Kill;
}

/** What becomes of the post steps. */
export interface Finishing {
  /** As those of a step. */
  readonly files?: StepOptions['files'];
  /** Asked before each whether it runs, by its `post-if:`. All do if omitted. */
  readonly runs?: (condition: string) => boolean;
  /** Called with each as soon as it has ended. */
  readonly ended?: (run: Run) => void;
}

type Files = StepOptions['files'];

/** The longest variable that Linux passes to a program, in bytes, with its name. */
const LONGEST_VARIABLE = 128 * 1024 - 1;
type CommandFiles = Readonly<Record<CommandFile, string>>;

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
  readonly #driver: Driver;
  readonly #platform: NodeJS.Platform;
  readonly #posts: { readonly condition: string; readonly run: (files: Files) => Promise<Run> }[] = [];
  #runs = 0;

  /**
   * @param env variables besides those that a runner sets; they win
   * @param driver runs the actions: as processes if omitted
   * @param watch nobody watches if omitted
   * @param platform where the driver runs them: this system if omitted
   */
  constructor(
    env: Readonly<Record<string, string>> = {},
    driver: Driver = processes,
    private readonly watch: Watch = {},
    platform: NodeJS.Platform = process.platform,
  ) {
    this.#driver = driver;
    this.#platform = platform;
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
      RUNNER_OS: platform === 'win32' ? 'Windows' : 'Linux',
      RUNNER_TEMP: this.temp,
      // Older than the Node of actions, it draws a warning from the AWS SDK that those never see.
      ...(ACTIONS_NODE === process.execPath && parseInt(process.versions.node) < 24 && { NODE_NO_WARNINGS: '1' }),
      // There is no machine with a role behind this runner.
      AWS_EC2_METADATA_DISABLED: 'true',
      ...env,
    };
  }

  /** Runs the main of an action as a step; its post runs when the job finishes. */
  async step({ with: inputs = {}, env = {}, uses = PROJECT, files = {}, kill }: StepOptions): Promise<Run> {
    const metadata = readActionMetadata(uses);
    const variables = { ...inputVariables(metadata, inputs), ...env };
    const run = (name: 'main' | 'post', own: Readonly<Record<string, string>>, wrong: Files, killed?: Kill) =>
      this.#run(own, wrong, (all, heard) => {
        const file = metadata.runs[name];
        const { workspace: cwd, watch } = this;
        return this.#driver({ action: uses, name, file, env: all, cwd, kill: killed ?? watch.kill, heard });
      });
    const main = await run('main', variables, files, kill);
    const state = Object.fromEntries(Object.entries(main.state).map(([name, value]) => [`STATE_${name}`, value]));
    this.#posts.unshift({
      condition: metadata.runs['post-if'] ?? 'always()',
      run: (wrong) => run('post', { ...variables, ...state }, wrong),
    });
    return main;
  }

  /**
   * Runs commands of a shell as a step, as under `run:`. What they print as errors is in the log among the rest.
   *
   * @throws Error when there is no such shell or folder
   */
  shell(commands: string, { env = {}, shell, workingDirectory = '.' }: ShellOptions = {}): Promise<Run> {
    const script = join(this.folder, `script-${this.#runs}.${shell === 'pwsh' ? 'ps1' : 'sh'}`);
    writeFileSync(script, commands);
    const command = shellCommand(shell, script);
    const cwd = resolve(this.workspace, workingDirectory);
    if (!existsSync(cwd)) throw new Error(`There is no folder ${workingDirectory} in the workspace`);
    return this.#run(env, {}, (all, heard) =>
      runProcess(['sh', '-c', 'exec "$@" 2>&1', 'sh', ...command], {
        env: all,
        cwd,
        heard,
        kill: this.watch.kill,
        isGroup: true,
      }),
    );
  }

  /**
   * Asks for the session of a profile that renews itself, as a tool in a later step does, but without a shell.
   *
   * @param session the session's file, of a step of this project
   */
  ask(session: string, kill?: Kill): Promise<Ended> {
    const program = { action: PROJECT, name: 'credential-process', file: 'dist/credential-process/index.js' } as const;
    return this.#driver({ ...program, args: [session], env: this.env, cwd: this.workspace, kill });
  }

  /**
   * Runs the post steps, last step first. A runner does so once; called again, it does so again.
   */
  async finish({ files, runs = () => true, ended }: Finishing = {}): Promise<Run[]> {
    const all: Run[] = [];
    for (const { condition, run } of this.#posts) {
      if (!runs(condition)) continue;
      const post = await run(files);
      ended?.(post);
      all.push(post);
    }
    return all;
  }

  /** Takes away all that the job left on this machine. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** @param wrong files of the runner that are not what they should be */
  async #run(
    variables: Readonly<Record<string, string>>,
    wrong: Files = {},
    start: (env: Readonly<Record<string, string>>, heard: Part['heard']) => Promise<Ended>,
  ): Promise<Run> {
    const files = this.#commandFiles();
    const env = { ...this.env, ...variables, ...files, ...wrong };
    requireRoom(env);
    const live = this.watch.printer && new LiveLog(this.masks, this.watch.printer());
    const { stdout, ...ended } = await start(
      env,
      live &&
        ((text) => {
          live.add(text);
        }),
    );
    live?.end();
    const lines = parseLog(stdout, this.#platform);
    const exported = readCommandFile(files.GITHUB_ENV, this.#platform);
    Object.assign(this.env, exported);
    const paths = readFileSync(files.GITHUB_PATH, 'utf8').split(/\r?\n/).filter(Boolean);
    this.env.PATH = [...paths.reverse(), this.env.PATH].join(delimiter);
    return {
      ...ended,
      lines,
      log: renderLog(lines, this.masks),
      exported,
      outputs: readCommandFile(files.GITHUB_OUTPUT, this.#platform),
      state: readCommandFile(files.GITHUB_STATE, this.#platform),
      summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'),
    };
  }

  #commandFiles(): CommandFiles {
    this.#runs += 1;
    const file = (name: string) => {
      const path = join(this.folder, `${name}-${this.#runs}`);
      writeFileSync(path, '');
      return path;
    };
    return {
      GITHUB_ENV: file('env'),
      GITHUB_OUTPUT: file('output'),
      GITHUB_PATH: file('path'),
      GITHUB_STATE: file('state'),
      GITHUB_STEP_SUMMARY: file('summary'),
    };
  }
}

/** @throws Error when Linux would not start a program with these variables, in whatever way the job runs here */
function requireRoom(env: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(env)) {
    if (Buffer.byteLength(`${name}=${value}`) > LONGEST_VARIABLE) throw new Error(`spawn E2BIG: ${name} is too long`);
  }
}
