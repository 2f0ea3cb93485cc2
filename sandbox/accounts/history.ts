import type { Clock } from '../clock';

/** A value and those that it had before, as IAM may answer with one that is some seconds old. */
export class History<T> {
  readonly #earlier: { readonly until: Date; readonly value: T }[] = [];

  constructor(
    private readonly clock: Clock,
    private current: T,
  ) {}

  get value(): T {
    return this.current;
  }

  set value(value: T) {
    this.#earlier.push({ until: this.clock.now(), value: this.current });
    this.current = value;
  }

  /** The value at that time; the first one if the time is before it. */
  at(time: Date): T {
    const earlier = this.#earlier.find(({ until }) => until > time);
    return earlier ? earlier.value : this.current;
  }
}
