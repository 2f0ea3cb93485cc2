import { exec, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Job } from '../../sandbox/runner/job';
import { ACTIONS_NODE, requireCurrentDist } from '../../sandbox/runner/processes';
import type { Sandbox } from '../../sandbox/sandbox';

/** What the program behind a profile answered. */
export interface Answer {
  readonly exitCode: number;
  readonly credentials: Readonly<Record<'AccessKeyId' | 'SecretAccessKey' | 'SessionToken' | 'Expiration', string>>;
  readonly stdout: string;
  readonly stderr: string;
}

/** Lets Node keep the time of a job. */
const MOVED = `--require=${join(__dirname, 'clock.cjs')}`;

/** The time of a job's later steps and of the local AWS, moved together. */
export class JobClock {
  #offsetMs = 0;
  readonly #file: string;

  constructor(
    private readonly job: Job,
    private readonly sandbox: Sandbox,
  ) {
    this.#file = join(job.folder, 'clock');
    writeFileSync(this.#file, '0');
    // The program of a profile takes no options from whoever runs it.
    const config = readFileSync(configOf(job), 'utf8');
    writeFileSync(configOf(job), config.replaceAll(/ NODE_OPTIONS=(?= )/g, ` NODE_OPTIONS=${MOVED}`));
  }

  /** The environment in which Node, and the profiles that the job has so far, keep this time. */
  get environment() {
    return {
      ...this.job.env,
      NODE_OPTIONS: MOVED,
      CLOCK_OFFSET_FILE: this.#file,
    };
  }

  /** Moves on by so many minutes. */
  advance(minutes: number): void {
    this.sandbox.clock.advance(minutes * 60_000);
    this.#offsetMs += minutes * 60_000;
    writeFileSync(this.#file, String(this.#offsetMs));
  }
}

/** The `credential_process` of a profile, as it stands in the config file. */
export function commandOf(job: Job, profile: string): string {
  return commandIn(readFileSync(configOf(job), 'utf8'), profile);
}

/** The same, in the text of such a file. */
export function commandIn(config: string, profile: string): string {
  const [, section = ''] = config.split(profile === 'default' ? '[default]' : `[profile ${profile}]`);
  const command = /^credential_process = (.+?)\r?$/m.exec(section)?.[1];
  if (command === undefined) throw new Error(`The profile ${profile} has no credential_process:\n${config}`);
  return command;
}

function configOf(job: Job): string {
  return job.env.AWS_CONFIG_FILE ?? join(job.home, '.aws/config');
}

/** The folder in which the sessions of a profile's step are. */
export function sessionsOf(job: Job, profile: string): string {
  return dirname(commandOf(job, profile).split(' ').at(-1) ?? '');
}

/** Asks the program behind a profile, as AWS's tools do: through a shell. */
export function ask(command: string, env: NodeJS.ProcessEnv): Promise<Answer> {
  requireCurrentDist();
  return new Promise((done) => {
    exec(command, { env }, (error, stdout, stderr) => {
      const credentials = (stdout === '' ? {} : JSON.parse(stdout)) as Answer['credentials'];
      done({ exitCode: typeof error?.code === 'number' ? error.code : 0, credentials, stdout, stderr });
    });
  });
}

/** A program of a later step that keeps one client of AWS, and makes a call when asked to. */
export class Client {
  readonly #answers: AsyncIterator<string>;

  /** @param child answers each line of its input with one of JSON */
  constructor(private readonly child: ChildProcessWithoutNullStreams) {
    child.stderr.pipe(process.stderr);
    this.#answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** One of the SDK for JavaScript. */
  static start(env: NodeJS.ProcessEnv): Client {
    return new Client(spawn(ACTIONS_NODE, [join(__dirname, 'sdk-client.mjs')], { env, stdio: 'pipe' }));
  }

  /** Who it is, and by which key; or how it failed. */
  async call(): Promise<{ readonly arn?: string; readonly key?: string; readonly error?: string }> {
    this.child.stdin.write('call\n');
    const { value } = (await this.#answers.next()) as { value: string };
    return JSON.parse(value) as Record<string, string>;
  }

  async stop(): Promise<void> {
    this.child.stdin.end();
    if (this.child.exitCode === null) await once(this.child, 'exit');
  }
}
