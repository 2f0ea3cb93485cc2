import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refusal } from '../../sandbox/http/refusal';
import type { Answer, IncomingRequest, RecordedRequest } from '../../sandbox/http/request';
import { inputVariables, readActionMetadata } from '../../sandbox/runner/action-metadata';
import { PROJECT } from '../../sandbox/runner/processes';
import { runAction } from '../../src/action/pipeline';
import { endSignIns, undoInIam } from '../../src/action/programs';
import { warningsIn } from '../../src/credential-process/renewal-warnings';
import { EPHEMERAL } from '../../src/provisioning/ephemeral';
import { Ledger } from '../../src/runner/ledger';
import type { Runner } from '../../src/runner/runner';
import { undo } from '../../src/runner/undo';
import type { Taker, Thing } from './owners';
import { Turn, type Time } from './turns';
import { answeredBy } from './wire';
import type { PairWorld } from './world';

/** How a call goes wrong. */
export type Trouble =
  /** Nothing is done. */
  | 'refused'
  /** It is done, and the connection breaks before the answer. */
  | 'answer lost'
  /** It is done twice, as something on the way sent the request again; the first answer comes back. */
  | 'done twice'
  /** It is done, and no answer comes. */
  | 'no answer'
  /** The connection breaks at once, and it is done later all the same. */
  | 'late'
  /** The connection breaks, nothing is done, and someone else makes something of the same name. */
  | 'taken'
  /** It is done, and the step is killed; its post runs. */
  | 'killed'
  /** It is done, and the machine is lost. */
  | 'machine lost';

/** A request that a job made, once it was acted on. */
export interface Act {
  readonly job: JobRun;
  readonly record: RecordedRequest;
  /** What it named that was there before, as it was. */
  readonly named: readonly Thing[];
}

export interface JobSettings {
  readonly name: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** The prefixes of the secrets that its document has keys delivered to. */
  readonly places: readonly string[];
  readonly repository: string;
  readonly runId: string;
  /** Whether its document gives users keys that end with the job. */
  readonly givesKeysToJobs: boolean;
  readonly trouble: { readonly call: number; readonly how: Trouble; readonly taker?: Taker } | undefined;
  readonly random: () => number;
  /** Called before a call is acted on, with its number among those of all jobs. */
  readonly before: () => void;
  readonly acted: (act: Act) => void;
  /** Milliseconds that a call takes. */
  readonly latency: () => number;
  /** How late what comes late is, in milliseconds. */
  readonly lateness: () => number;
}

/** `later steps` of the job run, between main and post. */
export type Stage = 'new' | 'main' | 'later steps' | 'post' | 'over';

/** A job with one step of the action, which can be stopped before any of its calls, and goes on later. */
export class JobRun {
  readonly name: string;
  readonly turn: Turn;
  stage: Stage = 'new';
  /** What it called, in order. */
  readonly calls: string[] = [];
  /** Of main: null for one that was killed. */
  exitCode: number | null | undefined;
  readonly log: string[] = [];
  readonly outputs: Record<string, string> = {};
  readonly exported: Record<string, string> = {};
  #state = '';
  #stopAt = 0;
  #stopped: (() => void) | undefined;
  /** Where the job was when it died. */
  #died: 'main' | 'post' | undefined;
  readonly #waiting: (() => void)[] = [];
  #ended: Promise<void> | undefined;

  constructor(
    readonly world: PairWorld,
    time: Time,
    readonly settings: JobSettings,
  ) {
    this.name = settings.name;
    this.turn = new Turn(time, settings.random);
  }

  get mode(): string {
    return this.settings.inputs.mode ?? '';
  }

  get isEphemeral(): boolean {
    return this.settings.inputs.ephemeral === 'true';
  }

  get deletesOldKeys(): boolean {
    return this.settings.inputs['delete-old-keys'] === 'true';
  }

  get isDead(): boolean {
    return this.#died !== undefined;
  }

  /** It said that all went well, and nothing befell it afterwards. */
  get isGreen(): boolean {
    return this.exitCode === 0 && !this.isDead;
  }

  /**
   * Whether it wrote a variable of a workspace twice at once: each writing has another version, and the answer to the first
   * alone came back. So it takes the other for one by somebody else.
   */
  get isTakenForAnother(): boolean {
    const { trouble } = this.settings;
    return trouble?.how === 'done twice' && /^(?:POST|PATCH) var$/.test(this.calls[trouble.call - 1] ?? '');
  }

  /** What its post called. */
  get callsOfPost(): readonly string[] {
    return this.calls.slice(this.calls.lastIndexOf(LATER_STEPS) + 1);
  }

  /** Whether it warned or failed with these words, in main or post. */
  said(words: string): boolean {
    return this.log.some((line) => /^(?:Warning|Error|Notice|::warning)/.test(line) && line.includes(words));
  }

  /** Whether it said something of a key, in whatever line of its log. */
  saidOf(id: string, words: string): boolean {
    const lines = this.log.flatMap((text) => text.split('\n'));
    return lines.some((line) => line.includes(id) && line.includes(words));
  }

  /** Whether its post, which fails nothing, warned with these words. */
  warnedInPost(words: string): boolean {
    return this.log.some((line) => line.startsWith('::warning') && line.includes(words));
  }

  /** Whether it warned that it leaves a secret with this prefix, or a variable of this workspace, which someone else has written. */
  leaves(place: string): boolean {
    return this.log.some(
      (line) =>
        line.includes(' stays: ') &&
        (line.startsWith(`Warning: The GitHub secret ${place}`) ||
          (line.startsWith('Warning: The Terraform variable ') && line.includes(place))),
    );
  }

  /** Whether something is there for this job alone. */
  owns(thing: Pick<Thing, 'tags'> | undefined): boolean {
    return this.isEphemeral && thing?.tags[EPHEMERAL]?.includes(`:${this.settings.runId}.`) === true;
  }

  /**
   * Gives it the turn, until it is about to make the call of that number (from 1), or has ended.
   *
   * @returns whether it has ended
   */
  async goOn(until = Infinity): Promise<boolean> {
    this.#stopAt = until;
    const stopped = new Promise<void>((resolve) => (this.#stopped = resolve));
    for (const go of this.#waiting.splice(0)) go();
    const { time } = this.turn;
    time.give(this.#postTurn ?? this.turn);
    this.#ended ??= this.#run();
    let timer: NodeJS.Timeout | undefined;
    const stuck = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`${this.name} does nothing more after ${this.calls.join(', ')}\n${this.log.join('\n')}`));
      }, STUCK_MS);
    });
    await Promise.race([stopped, this.#ended, stuck]).finally(() => {
      clearTimeout(timer);
    });
    return this.stage === 'over';
  }

  async #run(): Promise<void> {
    const { inputs, repository, runId } = this.settings;
    const env = {
      ...ENVIRONMENT,
      RUNNER_TEMP: temp,
      GITHUB_REPOSITORY: repository,
      GITHUB_RUN_ID: runId,
      ...inputVariables(readActionMetadata(PROJECT), inputs),
    };
    this.stage = 'main';
    const attempt = { repository, runId, attempt: '1' };
    this.world.runs.set(attempt, 'in_progress');
    const killed = new Promise<void>((resolve) => (this.#kill = resolve));
    const main = answeredBy(
      (request) => this.#answer(request, 'main'),
      () =>
        runAction({
          env,
          runner: this.#runner(env),
          clock: this.turn.clock,
          ledger: new Ledger(env, (_, value) => (this.#state = value)),
        }),
    );
    await Promise.race([main, killed]);
    if (this.#died) {
      this.exitCode = null;
      this.turn.stop();
    } else {
      this.exitCode ??= 0;
    }
    this.stage = 'later steps';
    await this.#begin(LATER_STEPS);
    if (this.settings.trouble?.how !== 'machine lost' || !this.#died) await this.#post(env);
    this.stage = 'over';
    this.world.runs.set(attempt, 'completed');
  }

  #kill: () => void = () => undefined;

  async #post(env: Record<string, string>): Promise<void> {
    if (this.#state === '') return;
    const post = {
      env: { ...env, STATE_changes: this.#state },
      clock: this.postTurn().clock,
      print: (text: string) => void this.log.push(text),
    };
    const killed = new Promise<void>((resolve) => (this.#kill = resolve));
    const undone = answeredBy(
      (request) => {
        // What a killed post still asks comes when the job is over.
        if (this.#died !== 'post') this.stage = 'post';
        return this.#answer(request, 'post');
      },
      () => undo(post, { undoIdentities: undoInIam, endSignIns, warningsIn }),
    );
    await Promise.race([undone, killed]);
  }

  #postTurn: Turn | undefined;
  private postTurn(): Turn {
    if (!this.#died) return this.turn;
    this.#postTurn = new Turn(this.turn.time, this.settings.random);
    this.turn.time.give(this.#postTurn);
    return this.#postTurn;
  }

  async #answer(request: IncomingRequest, part: 'main' | 'post'): Promise<Answer> {
    // What a killed step still asks nobody hears.
    const isOver = () => this.#died === part;
    if (isOver()) return new Promise(() => undefined);
    const turn = (part === 'post' ? this.#postTurn : undefined) ?? this.turn;
    const number = await this.#begin('(not acted on)');
    if (isOver()) return new Promise(() => undefined);
    const { trouble, before, latency } = this.settings;
    before();
    turn.time.advance(latency());
    const how = trouble?.call === number ? trouble.how : undefined;
    switch (how) {
      case undefined: {
        const answer = await turn.answering(this.#act(request, number));
        return isOver() ? new Promise(() => undefined) : answer;
      }
      case 'refused':
        return turn.answering(Promise.resolve(this.world.refusal(request, REFUSED)));
      case 'answer lost':
        await turn.answering(this.#act(request, number));
        throw connectionReset();
      case 'done twice': {
        const answer = await turn.answering(this.#act(request, number));
        const { record, named } = await this.world.act(request);
        this.settings.acted({ job: this, record, named });
        return isOver() ? new Promise(() => undefined) : answer;
      }
      case 'no answer':
        await turn.answering(this.#act(request, number));
        return turn.waitInVain();
      case 'late':
        turn.time.later(this.settings.lateness(), () => void this.#act(request, number));
        throw connectionReset();
      case 'taken':
        this.world.take(request, trouble?.taker ?? 'a person');
        throw connectionReset();
      case 'killed':
      case 'machine lost':
        await turn.answering(this.#act(request, number));
        this.#died = part;
        this.#kill();
        return new Promise(() => undefined);
    }
  }

  /** Waits before a call for as long as it is held. */
  async #begin(call: string): Promise<number> {
    const number = this.calls.push(call);
    if (number >= this.#stopAt) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        this.#stopped?.();
      });
    }
    return number;
  }

  async #act(request: IncomingRequest, number: number): Promise<Answer> {
    const { record, answer, named } = await this.world.act(request);
    this.calls[number - 1] = record.errorCode === undefined ? record.action : `${record.action} ${record.errorCode}`;
    this.settings.acted({ job: this, record, named });
    return answer;
  }

  #runner(env: Record<string, string>): Runner {
    const say = (line: string) => {
      if (!this.#died) this.log.push(line);
    };
    return {
      mask: () => undefined,
      exportVariable: (name, value) => {
        env[name] = value;
        this.exported[name] = value;
      },
      setOutput: (name, value) => (this.outputs[name] = value),
      saveState: (_, value) => (this.#state = value),
      info: say,
      group: (title, lines) => {
        say([title, ...lines].join('\n'));
      },
      notice: (text) => {
        say(`Notice: ${text}`);
      },
      warning: (text) => {
        say(`Warning: ${text}`);
      },
      fail: (message) => {
        if (!this.#died) this.exitCode = 1;
        say(`Error: ${message}`);
      },
      hide: (text: string) => text,
      summarize: () => Promise.resolve(),
    };
  }
}

/** What stands for the later steps of a job among its calls, as it can be held there, too. */
const LATER_STEPS = '(later steps)';

/** In real time: much longer than a step takes on a busy machine. */
const STUCK_MS = 120_000;

const REFUSED = new Refusal(403, 'AccessDenied', 'denied by a service control policy');

function connectionReset(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}

/** What a runner sets, without a machine behind it: devices in place of profile files, so that none is read. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  HOME: '/nonexistent',
  CI: 'true',
  GITHUB_ACTIONS: 'true',
  GITHUB_ACTOR: 'octocat',
  GITHUB_API_URL: 'http://github.test/api/v3',
  TFE_ADDRESS: 'http://terraform.test',
  GITHUB_EVENT_NAME: 'push',
  GITHUB_JOB: 'deploy',
  GITHUB_REF: 'refs/heads/main',
  GITHUB_REPOSITORY_ID: '2',
  GITHUB_REPOSITORY_OWNER_ID: '1',
  GITHUB_RUN_ATTEMPT: '1',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
  GITHUB_WORKFLOW: 'deploy',
  GITHUB_WORKSPACE: '/nonexistent',
  RUNNER_ENVIRONMENT: 'github-hosted',
  RUNNER_OS: 'Linux',
  AWS_ENDPOINT_URL: 'http://localhost:1',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
};

/** Where jobs have their files, in memory where that is to be had: there are many, and each has few. */
let temp = '';

/** Makes ready what jobs find, until what it returns is called. */
export function setEnvironment(): () => void {
  const before = process.env;
  // Of these, the SDK reads some in the process itself.
  const forSdk = Object.entries(ENVIRONMENT).filter(([name]) => name.startsWith('AWS_'));
  process.env = { ...before, ...Object.fromEntries(forSdk) };
  temp = mkdtempSync(join(tmpdir(), 'two-runs-'));
  return () => {
    process.env = before;
    rmSync(temp, { recursive: true, force: true });
  };
}
