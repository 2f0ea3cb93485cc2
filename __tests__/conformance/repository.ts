import { execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ACTIONS_NODE, copyAction } from '../../sandbox/runner/processes';
import { ACT, ACT_FOLDER } from './act';
import { AWS_CLI } from './aws-cli';
import type { WorkflowRunner, WorkflowSettings } from './workflow-runner';

const PROJECT = resolve(__dirname, '../..');

/** A step that has run; runners tell nothing of those that they pass over. */
export interface StepResult {
  readonly job: string;
  readonly stage: 'Main' | 'Post';
  readonly step: string;
  readonly result: 'success' | 'failure';
}

export interface WorkflowRun {
  readonly exitCode: number | null;
  readonly steps: readonly StepResult[];
  /** What the steps printed, with secrets masked. */
  readonly log: string;
}

/** One line of a runner's log: all of them have the form of act, which they come from. */
interface LogLine {
  readonly msg: string;
  readonly jobID?: string;
  readonly stage?: string;
  readonly step?: string;
  /** Forgejo's says of some steps that they are passed over: those that have no post. */
  readonly stepResult?: StepResult['result'] | 'skipped';
}

/** A repository on main of octo/app, whose workflows run on this machine as they would on a runner. */
export class Repository {
  /** Holds everything of it. */
  readonly #root = mkdtempSync(join(tmpdir(), 'repository-'));
  /** The checkout. */
  readonly folder = join(this.#root, 'checkout');
  readonly home = join(this.#root, 'home');
  readonly #programs = join(this.#root, 'bin');
  readonly #actionsFolder = join(this.#root, 'actions');
  readonly #actions = new Map<string, string>();

  constructor(private readonly runner: WorkflowRunner = ACT) {
    for (const folder of [this.folder, this.home, this.#programs]) mkdirSync(folder);
    git(this.folder, 'init', '--quiet', '--initial-branch', 'main');
    git(this.folder, 'remote', 'add', 'origin', `${runner.forge}/octo/app`);
    commit(this.folder);
  }

  /** Writes a file of the checkout. */
  write(path: string, text: string, mode = 0o644): void {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode });
  }

  /** Writes a file of the home folder, which jobs share. */
  keep(path: string, text: string): void {
    const file = join(this.home, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  kept(path: string): string {
    return readFileSync(join(this.home, path), 'utf8');
  }

  /** Copies a file or folder of this project into the checkout. */
  copy(from: string, to = from): void {
    cpSync(join(PROJECT, from), join(this.folder, to), { recursive: true });
  }

  /** Copies all of this project that git would, and shares what is installed for it. */
  copyProject(): void {
    const listed = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
    const files = execFileSync('git', listed, { cwd: PROJECT, encoding: 'utf8' }).split('\0');
    for (const file of files.filter((path) => path !== '' && existsSync(join(PROJECT, path)))) this.copy(file);
    symlinkSync(join(PROJECT, 'node_modules'), join(this.folder, 'node_modules'));
    // What is shared must stay.
    this.program('npm', '#!/bin/sh\ncase $1 in ci | i | install) exit 1 ;; esac\nPATH=${PATH#*:} exec npm "$@"\n');
  }

  /** Puts a program on the path of all steps, before any other of that name. */
  program(name: string, script: string): void {
    writeFileSync(join(this.#programs, name), script, { mode: 0o755 });
  }

  /** Has `uses: OWNER/NAME@REF` mean this project's action, as it would be published. */
  publishAction(name: string): void {
    const [path = '', ref = ''] = name.split('@');
    const folder = copyAction(join(this.#actionsFolder, path));
    this.#actions.set(name, folder);
    if (!this.runner.clonesActions) return;
    git(folder, 'init', '--quiet');
    git(folder, 'add', '--all', '--force');
    commit(folder);
    git(folder, 'tag', ref);
  }

  /** Runs a workflow of the checkout, and waits for its end. */
  run(workflow: string, settings: WorkflowSettings = {}): Promise<WorkflowRun> {
    const {
      event = 'push',
      job,
      payload = {},
      inputs = {},
      secrets = {},
      variables = {},
      env = {},
      matrix = {},
    } = settings;
    const payloadFile = join(this.#root, 'event.json');
    writeFileSync(payloadFile, JSON.stringify({ ...payload, inputs }));
    const [program, ...args] = this.runner.command({
      ...{ workflow, event, job, payloadFile, inputs, secrets, variables, env, matrix },
      actions: this.#actions,
      actionsFolder: this.#actionsFolder,
      cache: join(this.#root, 'cache'),
    });
    const child = spawn(program, args, {
      cwd: this.folder,
      env: {
        PATH: [this.#programs, ACT_FOLDER, AWS_CLI, dirname(ACTIONS_NODE), process.env.PATH].join(':'),
        HOME: this.home,
        AWS_EC2_METADATA_DISABLED: 'true',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
    return new Promise((done) => {
      child.on('close', (exitCode) => {
        this.#endProcesses();
        const lines = readLog(output);
        const log = [...lines.map(({ msg }) => msg.trimEnd()), errors].join('\n');
        done({ exitCode, steps: lines.flatMap(stepResult), log });
      });
    });
  }

  /** Ends what steps have started and left running, as a runner does. Elsewhere than on Linux nothing is known of them. */
  #endProcesses(): void {
    const ours = `HOME=${this.home}`;
    const processes = existsSync('/proc') ? readdirSync('/proc') : [];
    for (const pid of processes.filter((name) => /^\d+$/.test(name))) {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
        if (environment.includes(ours)) process.kill(Number(pid));
      } catch {
        // It has ended meanwhile, or is somebody else's.
      }
    }
  }

  /** Takes away all that is left of it on this machine. */
  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }
}

function git(folder: string, ...args: readonly string[]): void {
  execFileSync('git', args, { cwd: folder });
}

function commit(folder: string): void {
  const author = ['-c', 'user.name=Mona', '-c', 'user.email=mona@example.com'];
  git(folder, ...author, 'commit', '--quiet', '--allow-empty', '--message', 'Start');
}

function readLog(output: string): LogLine[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as LogLine);
}

function stepResult({ jobID = '', stage, step = '', stepResult: result }: LogLine): StepResult[] {
  if (!result || result === 'skipped' || (stage !== 'Main' && stage !== 'Post')) return [];
  return [{ job: jobID, stage, step, result }];
}
