import { ActionError } from '../errors/action-error';

/** What is wrong with an input, by its name. */
export interface InputProblem {
  readonly input: string;
  /** What is wrong, and what it should be. Never a secret's value. */
  readonly message: string;
}

/** Collects what is wrong with the inputs, so that all of it is reported at once. */
export class Problems {
  readonly #found = new Map<string, InputProblem>();

  /** Notes a wrong input, each problem once. */
  add(input: string, message: string): void {
    const problem = { input, message };
    this.#found.set(inputProblemText(problem), problem);
  }

  /** @throws ActionError `invalid-input` with every problem, if there are any */
  throwIfAny(): void {
    const found = [...this.#found.values()].map(inputProblemText);
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

function inputProblemText({ input, message }: InputProblem): string {
  return `${input}: ${message}`;
}
