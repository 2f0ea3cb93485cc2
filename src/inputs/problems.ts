import { ActionError } from '../errors/action-error';

/** Collects what is wrong with the inputs, so that all of it is reported at once. */
export class Problems {
  readonly #found = new Set<string>();

  /** Notes a wrong input: its name, what is wrong with it, what it should be. Never a secret's value. */
  add(input: string, wrong: string): void {
    this.#found.add(`${input}: ${wrong}`);
  }

  /** @throws ActionError `invalid-input` with every problem, if there are any */
  throwIfAny(): void {
    const found = [...this.#found];
    if (found.length === 0) return;
    const [count, them] = found.length === 1 ? ['an input is', 'it'] : [`${found.length} inputs are`, 'them'];
    throw new ActionError({
      code: 'invalid-input',
      tried: `start, as ${count} wrong. Nothing was sent to AWS`,
      why: found.length === 1 ? found.join() : found.map((problem) => `\n- ${problem}`).join(''),
      fix: `Correct ${them} under "with:" of this step.`,
    });
  }
}
