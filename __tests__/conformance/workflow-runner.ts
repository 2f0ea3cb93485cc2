/** A program of others that runs the workflows of a checkout on this machine, as the runner of a forge does. */
export interface WorkflowRunner {
  readonly name: string;
  /** Why it is not on this machine, as the end of a sentence; undefined where it is. */
  readonly missing: string | undefined;
  /** The server whose repositories it runs. */
  readonly forge: string;
  /** Whether it clones an action, and does not take the folder itself. */
  readonly clonesActions: boolean;
  /** The program with its arguments. */
  command(workflow: WorkflowCall): readonly [string, ...string[]];
}

/** A workflow that is to run, with all that a runner needs to know of it. */
export interface WorkflowCall extends Required<Omit<WorkflowSettings, 'job' | 'payload' | 'inputs'>> {
  /** Its path in the checkout, which is the working folder. */
  readonly workflow: string;
  readonly job: string | undefined;
  readonly inputs: Readonly<Record<string, string>>;
  /** The file of `github.event`. */
  readonly payloadFile: string;
  /** Holds the actions, each in the folder `owner/name`. */
  readonly actionsFolder: string;
  /** What `uses:` may name, each with the folder of the action. */
  readonly actions: ReadonlyMap<string, string>;
  /** For files of the runner. */
  readonly cache: string;
}

/** What a job needs of the machine, and the event that starts it. */
export interface WorkflowSettings {
  /** `push` if omitted. */
  readonly event?: string;
  /** Of the jobs, only this and those that it needs. */
  readonly job?: string;
  /** What `github.event` holds. */
  readonly payload?: object;
  /** The values of `inputs`, for workflow_dispatch. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Of a matrix, what has these values alone. */
  readonly matrix?: Readonly<Record<string, string>>;
}

/** `--option NAME=VALUE` for each value. */
export function pairs(option: string, values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [option, `${name}=${value}`]);
}
