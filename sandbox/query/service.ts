import type { Caller } from '../accounts/caller';
import type { World } from '../accounts/world';
import type { Parameters } from './parameters';
import type { XmlFields } from './xml';

/** A call that anyone may make. */
export interface Call {
  readonly params: Parameters;
  readonly world: World;
}

/** A call whose signer is known. */
export interface SignedCall extends Call {
  readonly caller: Caller;
  /** The region that the request was signed for. */
  readonly region: string;
}

/** What an operation answers with, if with anything. */
export type Result = XmlFields | undefined;

/** One operation: what it answers with, or an Refusal thrown. */
export type Operation =
  | { readonly signed: true; run(call: SignedCall): Result | Promise<Result> }
  | { readonly signed: false; run(call: Call): Result | Promise<Result> };

/** Signed operations by name. */
export type SignedOperations = Readonly<Record<string, (call: SignedCall) => Result>>;

/** A service that speaks the Query protocol. */
export interface Service {
  readonly name: 'sts' | 'iam';
  readonly version: string;
  readonly namespace: string;
  /**
   * Turns away callers that the service does not serve, whatever their policies say.
   * @throws Refusal
   */
  checkCaller(action: string, call: SignedCall): void;
  readonly operations: ReadonlyMap<string, Operation>;
}
