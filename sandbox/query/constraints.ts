import { Refusal } from '../http/refusal';
import { validationError } from './error';

/** Collects what is wrong with a request's parameters; AWS reports every problem in one ValidationError. */
export class Constraints {
  readonly #problems: string[] = [];

  /** Refuses a missing value; the answer is the value, or `''` for one that `check` will refuse. */
  required(name: string, value: string | undefined): string {
    if (value === undefined) {
      this.#problems.push(`Value null at '${name}' failed to satisfy constraint: Member must not be null`);
    }
    return value ?? '';
  }

  /** Length in characters, both ends included. */
  length(name: string, value: string | undefined, min: number, max: number): void {
    if (value === undefined) return;
    if (value.length < min) this.#fail(name, value, `have length greater than or equal to ${min}`);
    if (value.length > max) this.#fail(name, value, `have length less than or equal to ${max}`);
  }

  /** The whole value must match; `pattern` is quoted to the caller as it is. */
  pattern(name: string, value: string | undefined, pattern: string): void {
    if (value === undefined || new RegExp(`^(?:${pattern})$`, 'u').test(value)) return;
    this.#fail(name, value, `satisfy regular expression pattern: ${pattern}`);
  }

  /** A whole number between two values, both included. */
  integer(name: string, value: string | undefined, min: number, max: number): number | undefined {
    if (value === undefined) return undefined;
    if (!/^-?\d+$/.test(value)) throw new Refusal(400, 'MalformedInput', `Invalid integer at '${name}'`);
    const number = Number(value);
    if (number < min) this.#fail(name, value, `have value greater than or equal to ${min}`);
    if (number > max) this.#fail(name, value, `have value less than or equal to ${max}`);
    return number;
  }

  oneOf(name: string, value: string | undefined, allowed: readonly string[]): void {
    if (value === undefined || allowed.includes(value)) return;
    this.#fail(name, value, `satisfy enum value set: [${allowed.join(', ')}]`);
  }

  /** How many members a list may have. */
  size(name: string, values: readonly string[], max: number): void {
    if (values.length > max) this.#fail(name, `[${values.join(', ')}]`, `have length less than or equal to ${max}`);
  }

  /** Throws one ValidationError that names every problem found. */
  check(): void {
    const count = this.#problems.length;
    if (count === 0) return;
    throw validationError(`${count} validation error${count === 1 ? '' : 's'} detected: ${this.#problems.join('; ')}`);
  }

  #fail(name: string, value: string, rule: string): void {
    this.#problems.push(`Value '${value}' at '${name}' failed to satisfy constraint: Member must ${rule}`);
  }
}
