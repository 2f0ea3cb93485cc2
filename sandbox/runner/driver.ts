/** A part of an action that a runner starts, or a tool in a later step. */
export interface Part {
  /** The folder with the action. */
  readonly action: string;
  readonly name: 'main' | 'post' | 'credential-process';
  /** The file that holds it, in that folder. */
  readonly file: string;
  /** What it is started with; nothing if omitted. */
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The folder it is started in. */
  readonly cwd: string;
  /** Ends it with this signal when something has come about. */
  readonly kill: Kill | undefined;
  /** Called with what it prints, as it comes. */
  readonly heard?: ((text: string) => void) | undefined;
}

export interface Kill {
  readonly after: Promise<void>;
  readonly signal: NodeJS.Signals;
}

/** How a part ended. */
export interface Ended {
  /** Null for one that was killed. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Milliseconds from start to end. */
  readonly duration: number;
}

/** Runs parts of actions: as processes, as a runner does, or in another way that shows the same. */
export type Driver = (part: Part) => Promise<Ended>;
