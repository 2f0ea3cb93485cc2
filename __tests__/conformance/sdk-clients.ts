import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ACTIONS_NODE } from '../../sandbox/runner/processes';
import { AWS_CLI } from './aws-cli';
import { BOTO3_PYTHON } from './boto3';
import { buildWithGo, HAS_GO } from './go';
import { cacheFolder } from './installed';
import { buildWithMaven, classPath, JAVA } from './java';
import { buildWithCargo, HAS_CARGO } from './rust';

/** A program that a later step of a job might be: it prints who AWS says that it is. */
export interface SdkClient {
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
  /** What this machine lacks to build it. */
  readonly lacks: string | undefined;
  /** Whether it searches in PATH for the shell that runs the program of a profile. */
  readonly searchesShell: boolean;
}

/** How a client ended, and what it printed. */
export interface ClientRun {
  /** None when it did not end, and was ended. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ClientOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Whether it has an input that nobody writes to and nobody closes; none if omitted. */
  readonly openStdin?: boolean;
}

/** The longest that a client may take, in milliseconds. */
const TIME_LIMIT_MS = 120_000;

const SOURCES = join(__dirname, 'clients');
const GO_V1 = cacheFolder('client-go-v1');
const GO_V2 = cacheFolder('client-go-v2');
const JAVA_V2 = cacheFolder('client-java-v2');
const RUST = cacheFolder('client-rust');

const go = { lacks: HAS_GO ? undefined : 'Go', searchesShell: true };

/** Their versions are in the files that they are built from: `clients`, `requirements`, and this project's own. */
export const SDK_CLIENTS: readonly SdkClient[] = [
  {
    name: 'AWS CLI',
    command: [join(AWS_CLI, 'aws'), 'sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text'],
    lacks: undefined,
    searchesShell: false,
  },
  {
    name: 'boto3',
    command: [BOTO3_PYTHON, join(SOURCES, 'who-am-i.py')],
    lacks: undefined,
    searchesShell: false,
  },
  {
    name: 'SDK for JavaScript v3',
    command: [ACTIONS_NODE, join(SOURCES, 'who-am-i.mjs')],
    lacks: undefined,
    searchesShell: false,
  },
  { name: 'SDK for Go v1', command: [join(GO_V1, 'go')], ...go },
  { name: 'SDK for Go v2, the oldest', command: [join(GO_V2, 'oldest')], ...go },
  { name: 'SDK for Go v2, the newest', command: [join(GO_V2, 'go')], ...go },
  {
    name: 'SDK for Java v2',
    // Starts in half the time, and is gone before anything better would pay.
    command: [JAVA ?? 'java', '-XX:TieredStopAtLevel=1', '-cp', classPath(JAVA_V2), 'WhoAmI'],
    lacks: JAVA === undefined ? 'Java and Maven' : undefined,
    searchesShell: true,
  },
  {
    name: 'SDK for Rust',
    command: [join(RUST, 'release/who-am-i')],
    lacks: HAS_CARGO ? undefined : 'Cargo',
    searchesShell: true,
  },
];

/** Builds those that must be built into folders that git ignores, once. */
export async function installSdkClients(): Promise<void> {
  if (HAS_GO) {
    await buildWithGo(GO_V1, join(SOURCES, 'go-v1'));
    await buildWithGo(GO_V2, join(SOURCES, 'go-v2'));
  }
  if (JAVA !== undefined) await buildWithMaven(JAVA_V2, join(SOURCES, 'java-v2'), 'WhoAmI');
  if (HAS_CARGO) await buildWithCargo(RUST, join(SOURCES, 'rust'));
}

/** Runs a client with nothing but these variables, as a later step of a job would. */
export function runClient({ command: [program, ...args] }: SdkClient, options: ClientOptions): Promise<ClientRun> {
  const { env, cwd, openStdin = false } = options;
  return new Promise((done) => {
    const stdin = openStdin ? 'pipe' : 'ignore';
    const child = spawn(program, args, { env, cwd, stdio: [stdin, 'pipe', 'pipe'], detached: true });
    // With all that it started.
    const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), TIME_LIMIT_MS);
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.on('error', ({ message }) => (stderr += message));
    child.on('close', (exitCode) => {
      clearTimeout(timer);
      done({ exitCode, stdout, stderr });
    });
  });
}
