import {
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job } from '../../sandbox/runner/job';
import { ACTIONS_NODE, copyAction } from '../../sandbox/runner/processes';
import type { KeptSession } from '../../src/credential-process/session-file';
import type { Scenario } from '../scenarios/scenario';

/** What the folders are called in which a runner has its files; as usual if omitted. */
export type Paths = Readonly<Partial<Record<'temp' | 'action' | 'node', string>>>;

/** Texts of the files of AWS profiles. */
export type FilesBefore = Readonly<Partial<Record<'credentials' | 'config', string>>>;

/** When a session was obtained of which the time of day is to tell how long it lasts. */
const BEFORE_A_RESTART: KeptSession['obtained'] = { time: 0, uptime: Number.MAX_SAFE_INTEGER };

/** A job in which a step of the action has written profiles for later steps. */
export class ProfileJob {
  private constructor(
    private readonly job: Job,
    private readonly folder: string,
    private readonly temp: string,
  ) {}

  /**
   * @param inputs those of the step, which is not refused
   * @param before what is in the files of the home already
   */
  static async start(
    scenario: Scenario,
    inputs: Readonly<Record<string, string>>,
    paths: Paths,
    before: FilesBefore,
  ): Promise<ProfileJob> {
    const folder = mkdtempSync(join(tmpdir(), 'profiles-'));
    const temp = join(folder, paths.temp ?? 'temp');
    mkdirSync(temp);
    const job = scenario.job({ oidc: true, env: { RUNNER_TEMP: temp } });
    mkdirSync(join(job.home, '.aws'));
    for (const [name, text] of Object.entries(before)) writeFileSync(join(job.home, '.aws', name), text);
    const { exitCode, log } = await job.step({
      with: inputs,
      ...(paths.action !== undefined && { uses: copyAction(join(folder, paths.action)) }),
      ...(paths.node !== undefined && { env: otherNode(join(folder, paths.node)) }),
    });
    expect({ exitCode, log: exitCode === 0 ? '' : log }).toEqual({ exitCode: 0, log: '' });
    scenario.calls();
    return new ProfileJob(job, folder, temp);
  }

  /** The environment of a later step that uses a profile. */
  env(profile: string): Record<string, string> {
    return { ...this.job.env, AWS_PROFILE: profile };
  }

  /** Has the time come at which the sessions are renewed: while they still work, or after their end. */
  age(when: 'due' | 'ended'): void {
    const folders = readdirSync(this.temp).filter((name) => name.startsWith('aws-sessions-'));
    const files = folders.flatMap((name) =>
      readdirSync(join(this.temp, name)).map((file) => join(this.temp, name, file)),
    );
    for (const file of files.filter((path) => /\d\.json$/.test(path))) ageSession(file, when);
  }

  /** Runs the post steps, and takes away all that is left. */
  async end(): Promise<void> {
    await this.job.finish();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Another path of the Node that runs actions, and what has a step take it for its own. */
function otherNode(folder: string): Record<string, string> {
  mkdirSync(folder, { recursive: true });
  const node = join(folder, 'node');
  try {
    linkSync(ACTIONS_NODE, node);
  } catch {
    // It is on another disk.
    copyFileSync(ACTIONS_NODE, node);
  }
  return { NODE_OPTIONS: `--require ${join(__dirname, 'other-node.cjs')}`, OTHER_NODE: node };
}

/** Has the time come at which the session in a file is renewed: while it still works, or after its end. */
export function ageSession(file: string, when: 'due' | 'ended'): void {
  const session = JSON.parse(readFileSync(file, 'utf8')) as KeptSession;
  const end = Date.now() + (when === 'due' ? 19 : -1) * 60_000;
  const credentials = { ...session.credentials, Expiration: new Date(end).toISOString() };
  writeFileSync(file, JSON.stringify({ ...session, credentials, obtained: BEFORE_A_RESTART }));
}
