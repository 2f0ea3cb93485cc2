import type { Workflow, Written, WrittenMap } from '../sandbox/runner/workflow';

/** What triggers a workflow. */
export interface Trigger {
  /** Of a workflow that is called, it is the event of the one that calls it, as on GitHub. */
  readonly event: string;
  readonly isCalled: boolean;
  /** The context `inputs`. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** The events that have inputs. */
type WithInputs = 'workflow_call' | 'workflow_dispatch';

/** What such an event says of inputs and outputs. */
interface Described {
  readonly inputs?: Readonly<Record<string, DescribedInput>>;
  readonly outputs?: Readonly<Record<string, { readonly value: Written }>>;
}

interface DescribedInput {
  readonly type?: string;
  /** Of which a `choice` is one. */
  readonly options?: readonly Written[];
  readonly default?: Written;
  readonly required?: boolean;
}

/** Who gives inputs to whom, for what is wrong. */
interface Giving {
  readonly workflow: string;
  /** How to give those that are missing. */
  readonly fix: (missing: readonly string[]) => string;
  /** What the default of one that is not given comes to. */
  readonly evaluate: Evaluate;
}

type Evaluate = (text: string) => unknown;

const onCommandLine = (evaluate: Evaluate): Giving => ({
  workflow: 'The workflow',
  fix: (missing) => `Give each after the file: ${missing.map((name) => `inputs.${name}=value`).join(' ')}`,
  evaluate,
});

/**
 * What triggers the workflow that is tried: the event asked for; else, where inputs are given, one that has them; else a
 * push, if it reacts to that; else its first. One that others may call is called, where the event is not its own.
 *
 * @param evaluateOn evaluates a default of a workflow that is called, on the event
 * @throws Error when it does not react to the event, or its inputs are others
 */
export function triggerOf(
  workflow: Workflow,
  asked: string | undefined,
  given: Readonly<Record<string, string>>,
  evaluateOn: (event: string) => Evaluate,
): Trigger {
  const events = eventsOf(workflow);
  const [input] = Object.keys(given);
  const withInputs = input === undefined ? undefined : events.find(hasInputs);
  const event = asked ?? withInputs ?? (events.includes('push') ? 'push' : (events[0] ?? 'push'));
  if (event === 'workflow_call' || (events.includes('workflow_call') && !events.includes(event))) {
    const itsEvent = event === 'workflow_call' ? 'push' : event;
    const inputs = inputsOf(workflow, 'workflow_call', given, onCommandLine(evaluateOn(itsEvent)));
    return { event: itsEvent, isCalled: true, inputs };
  }
  if (!events.includes(event)) {
    throw new Error(`The workflow does not react to ${event}. It reacts to: ${events.join(', ')}`);
  }
  if (event === 'workflow_dispatch') {
    // Expressions have no place there.
    const giving = onCommandLine((text) => text);
    return { event, isCalled: false, inputs: inputsOf(workflow, event, given, giving) };
  }
  if (input !== undefined) {
    throw new Error(
      `The input "${input}" is given, but ${event} has none: only workflow_dispatch and workflow_call do`,
    );
  }
  return { event, isCalled: false, inputs: {} };
}

/**
 * The context `inputs` of a workflow that a job calls.
 *
 * @param name of the workflow, for what is wrong
 * @param evaluate evaluates defaults
 * @throws Error when one is missing, is not of its type, or is given that the workflow does not have
 */
export function callInputs(
  workflow: Workflow,
  given: Readonly<Record<string, unknown>>,
  name: string,
  evaluate: Evaluate,
): Record<string, unknown> {
  const giving: Giving = { workflow: name, fix: () => 'Give each under "with:" of the job', evaluate };
  return inputsOf(workflow, 'workflow_call', given, giving);
}

/** The outputs of a workflow that is called, as they stand there. */
export function callOutputs(workflow: Workflow): WrittenMap {
  const outputs = Object.entries(describedBy(workflow, 'workflow_call').outputs ?? {});
  return Object.fromEntries(outputs.map(([name, { value }]) => [name, value]));
}

function eventsOf({ on }: Workflow): string[] {
  if (typeof on === 'string') return [on];
  return Array.isArray(on) ? (on as string[]) : Object.keys(on as object);
}

function hasInputs(event: string): event is WithInputs {
  return event === 'workflow_call' || event === 'workflow_dispatch';
}

function describedBy({ on }: Workflow, event: WithInputs): Described {
  const events = typeof on === 'object' && !Array.isArray(on) ? (on as Record<string, Described | null>) : {};
  return events[event] ?? {};
}

function inputsOf(
  written: Workflow,
  event: WithInputs,
  given: Readonly<Record<string, unknown>>,
  { workflow, fix, evaluate }: Giving,
): Record<string, unknown> {
  const { inputs = {} } = describedBy(written, event);
  const unknown = Object.keys(given).find((name) => !(name in inputs));
  if (unknown !== undefined) {
    const known = Object.keys(inputs).join(', ') || 'none';
    throw new Error(`${workflow} has no input "${unknown}". Its inputs are: ${known}`);
  }
  const missing = Object.entries(inputs).flatMap(([name, input]) =>
    // Who starts a workflow by hand may leave what has a default; who calls one may not.
    input.required && !(name in given) && (event === 'workflow_call' || input.default === undefined) ? [name] : [],
  );
  if (missing.length > 0) {
    throw new Error(`${workflow} needs inputs that are not given: ${missing.join(', ')}. ${fix(missing)}`);
  }
  const valueOf = (name: string, { type, default: otherwise }: DescribedInput): unknown =>
    given[name] ??
    (typeof otherwise === 'string' ? evaluate(otherwise) : otherwise) ??
    (type === 'number' && event === 'workflow_call' ? 0 : '');
  const ofType = (name: string, input: DescribedInput): unknown => {
    const value = valueOf(name, input);
    const typed = withType(value, input);
    if (typed !== undefined) return typed;
    throw new Error(`The input "${name}" is ${JSON.stringify(value)}; it must be ${ruleOf(input)}`);
  };
  return Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, ofType(name, input)]));
}

/** A value as the type of its input has it; undefined for one that is not of the type. */
function withType(value: unknown, { type, options = [] }: DescribedInput): unknown {
  if (type === 'boolean') return { true: true, false: false, '': false }[String(value)];
  if (value === '') return value;
  if (type === 'choice') return options.map(String).includes(String(value)) ? value : undefined;
  if (type !== 'number') return value;
  return Number.isNaN(Number(value)) ? undefined : Number(value);
}

function ruleOf({ type, options = [] }: DescribedInput): string {
  if (type === 'choice') return `one of: ${options.join(', ')}`;
  return type === 'number' ? 'a number' : 'true or false';
}
