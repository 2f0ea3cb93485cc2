import type { Job, Run } from '../sandbox/runner/job';
import { renderLog, withClosedGroups } from '../sandbox/runner/log';
import { note, show, styled } from '../sandbox/runner/terminal';

/** The longest line, in columns. */
const WIDTH = 100;

/** Where the acts are shown: what tells the story, or all of it. */
export class Stage {
  #acts = 0;

  constructor(readonly all: boolean) {}

  /** Begins an act. */
  act(title: string): void {
    this.#acts += 1;
    const heading = `── ${this.#acts} · ${title} `;
    process.stdout.write(`\n${styled('bold', heading.padEnd(WIDTH, '─'))}\n`);
  }

  /** Begins a part of an act. */
  scene(title: string): void {
    process.stdout.write(`${styled('bold', title)}\n`);
  }

  note(text: string): void {
    note(text, WIDTH);
  }

  show(lines: readonly string[]): void {
    show(lines, WIDTH);
  }

  /**
   * Shows the log of a step, as GitHub does: with the groups closed, unless the story is what is in them.
   *
   * @param job in which it ran
   */
  log(run: Run, { masks }: Job, { open = this.all, environment = this.all } = {}): void {
    this.show(open ? run.log : renderLog(withClosedGroups(run.lines), masks));
    if (environment) this.#environment(run);
    if (this.all) this.note(`Took ${(run.duration / 1000).toFixed(2)} s, exit code ${run.exitCode ?? 'none'}.`);
  }

  summary({ summary }: Run): void {
    this.scene('Its job summary');
    const lines = summary.trimEnd().split('\n');
    // The story does without the lines that only make a table of it.
    this.show(this.all ? lines : lines.filter((line) => !/^[\s|:-]*$/.test(line)));
  }

  /** Ends the job of an act: what its post steps say. */
  async finish(job: Job): Promise<void> {
    const posts = await job.finish();
    this.scene('The job ends: the post step cleans up');
    for (const post of posts) this.log(post, job);
  }

  /** Shows the names of the variables that a step set. */
  #environment({ exported }: Run): void {
    const names = Object.entries(exported).map(([name, value]) => (value === '' ? `${name} (empty)` : name));
    if (names.length > 0) this.note(`Variables for later steps: ${names.join(', ')}`);
  }
}
