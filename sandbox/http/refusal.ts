/** A refusal as its service words it. Thrown anywhere below an operation, it becomes the answer. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
