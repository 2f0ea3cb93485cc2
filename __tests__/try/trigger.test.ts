import type { Workflow } from '../../sandbox/runner/workflow';
import { callInputs, callOutputs, triggerOf as trigger } from '../../try/trigger';

const triggerOf = (workflow: Workflow, asked: string | undefined, given: Readonly<Record<string, string>>) =>
  trigger(workflow, asked, given, (event) => (text) => text.replace('${{ github.event_name }}', event));
const reacting = (on: unknown): Workflow => ({ on, jobs: {} });
const STARTED = reacting({
  schedule: [],
  workflow_dispatch: { inputs: { now: { type: 'boolean' }, stage: { default: 'test' } } },
});
const CALLED = reacting({
  workflow_call: {
    inputs: {
      stage: { type: 'string', required: true },
      dry: { type: 'boolean' },
      region: { default: 'eu-west-1' },
      seconds: { type: 'number' },
    },
    outputs: { arn: { value: '${{ jobs.a.outputs.arn }}' } },
  },
});

test('the event is the one asked for, else a push, else the first', () => {
  expect(triggerOf(STARTED, undefined, {}).event).toBe('schedule');
  expect(triggerOf(reacting(['pull_request', 'push']), undefined, {}).event).toBe('push');
  expect(triggerOf(STARTED, 'workflow_dispatch', {}).event).toBe('workflow_dispatch');
  expect(() => triggerOf(STARTED, 'push', {})).toThrow('It reacts to: schedule, workflow_dispatch');
});

test('inputs of a run that is started by hand have their defaults and types', () => {
  const event = 'workflow_dispatch';
  expect(triggerOf(STARTED, undefined, { now: 'true' })).toEqual({
    event,
    isCalled: false,
    inputs: { now: true, stage: 'test' },
  });
  expect(triggerOf(STARTED, event, {}).inputs).toEqual({ now: false, stage: 'test' });
  expect(() => triggerOf(STARTED, undefined, { when: 'now' })).toThrow('Its inputs are: now, stage');
  expect(() => triggerOf(STARTED, undefined, { now: 'soon' })).toThrow('"now" is "soon"; it must be true or false');
});

test('what must be given is asked for, unless a run by hand has a default', () => {
  const inputs = { n: { type: 'number', required: true }, m: { required: true, default: 'x' } };
  const give = 'Give each after the file: inputs.n=value';
  expect(() => triggerOf(reacting({ workflow_dispatch: { inputs } }), undefined, {})).toThrow(
    `The workflow needs inputs that are not given: n. ${give}`,
  );
  expect(() => triggerOf(reacting({ workflow_call: { inputs } }), undefined, {})).toThrow(
    `The workflow needs inputs that are not given: n, m. ${give} inputs.m=value`,
  );
});

test('of an input with options, one of them is given', () => {
  const inputs = { stage: { type: 'choice', options: ['test', 1] }, more: { type: 'choice', options: ['a'] } };
  const started = (stage: string) => triggerOf(reacting({ workflow_dispatch: { inputs } }), undefined, { stage });
  expect(started('1').inputs).toEqual({ stage: '1', more: '' });
  expect(() => started('prod')).toThrow('The input "stage" is "prod"; it must be one of: test, 1');
});

test('a default of a workflow that is called is evaluated, and one of a run by hand is not', () => {
  const inputs = { on: { type: 'string', default: 'on ${{ github.event_name }}' } };
  const called = reacting({ workflow_call: { inputs } });
  expect(triggerOf(called, undefined, {}).inputs).toEqual({ on: 'on push' });
  expect(triggerOf(called, 'pull_request', {}).inputs).toEqual({ on: 'on pull_request' });
  expect(triggerOf(called, undefined, { on: '${{ github.event_name }}' }).inputs).toEqual({
    on: '${{ github.event_name }}',
  });
  expect(callInputs(called, {}, 'deploy.yml', () => 'evaluated')).toEqual({ on: 'evaluated' });
  expect(triggerOf(reacting({ workflow_dispatch: { inputs } }), undefined, {}).inputs).toEqual({
    on: 'on ${{ github.event_name }}',
  });
});

test('other events have no inputs', () => {
  expect(triggerOf(STARTED, undefined, {}).inputs).toEqual({});
  expect(() => triggerOf(STARTED, 'schedule', { stage: 'test' })).toThrow(
    'The input "stage" is given, but schedule has none: only workflow_dispatch and workflow_call do',
  );
});

test('a workflow that others call is called, by one that a push or another event triggers', () => {
  const given = { stage: 'test', seconds: '900' };
  const inputs = { stage: 'test', dry: false, region: 'eu-west-1', seconds: 900 };
  expect(triggerOf(CALLED, undefined, given)).toEqual({ event: 'push', isCalled: true, inputs });
  expect(triggerOf(CALLED, 'pull_request', given)).toEqual({ event: 'pull_request', isCalled: true, inputs });
  expect(() => triggerOf(CALLED, undefined, { ...given, seconds: 'long' })).toThrow('it must be a number');
  const both = reacting({ push: null, workflow_call: null });
  expect(triggerOf(both, undefined, {})).toEqual({ event: 'push', isCalled: false, inputs: {} });
  expect(triggerOf(both, 'workflow_call', {})).toEqual({ event: 'push', isCalled: true, inputs: {} });
});

test('inputs of a workflow that a job calls are those given, or their defaults', () => {
  const inputs = (given: Record<string, unknown>) => callInputs(CALLED, given, 'deploy.yml', (text) => text);
  const defaults = { dry: false, region: 'eu-west-1', seconds: 0 };
  expect(inputs({ stage: 'test' })).toEqual({ ...defaults, stage: 'test' });
  expect(inputs({ stage: '', dry: true })).toEqual({ ...defaults, stage: '', dry: true });
  expect(() => inputs({})).toThrow(
    'deploy.yml needs inputs that are not given: stage. Give each under "with:" of the job',
  );
  expect(() => inputs({ stage: 'x', when: '' })).toThrow('deploy.yml has no input "when". Its inputs are: stage, dry');
  expect(callOutputs(CALLED)).toEqual({ arn: '${{ jobs.a.outputs.arn }}' });
  expect(callOutputs(reacting('workflow_call'))).toEqual({});
});
