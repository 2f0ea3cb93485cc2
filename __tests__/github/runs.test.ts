import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { githubApi } from '../../src/github/api';
import { workflowRuns } from '../../src/github/runs';
import { systemClock } from '../../src/network/clock';

let sandbox: Sandbox;
beforeEach(async () => (sandbox = await startSandbox()));
afterEach(() => sandbox.close());

const run = { repository: 'octo/app', runId: '1000000001', attempt: '2' };
const mine = { runs: ['octo/app'] };

/** What is said of the run, to whom the token allows so much. */
function overForMs(rights: Parameters<Sandbox['github']['secrets']['token']>[0] = mine, asked = run) {
  const { apiUrl } = sandbox.github.secrets;
  const settings = { retry: { maxAttempts: 5 }, clock: systemClock, log: () => undefined };
  const api = githubApi(sandbox.github.secrets.token(rights), { GITHUB_API_URL: apiUrl }, settings);
  return workflowRuns(api).overForMs(asked);
}

test.each([0, 59_000, 3_600_000])('a run that has been over for %i ms is over since then', async (ms) => {
  const now = jest.spyOn(Date, 'now').mockReturnValue(Date.parse('2026-08-01T12:00:00.750Z'));
  try {
    sandbox.clock.advance(-86_400_000);
    sandbox.github.runs.set(run, 'completed');
    sandbox.clock.advance(ms);
    expect(await overForMs()).toBe(ms);
  } finally {
    now.mockRestore();
  }
});

test('one that ended later than it is, by clocks of GitHub that differ, is over just now', async () => {
  sandbox.github.runs.set(run, 'completed');
  sandbox.clock.advance(-10_000);
  expect(await overForMs()).toBe(0);
});

test.each(['queued', 'in_progress'] as const)('one that is %s is not over', async (status) => {
  sandbox.github.runs.set(run, status);
  expect(await overForMs()).toBeUndefined();
});

test('each attempt ends on its own, and so does each run', async () => {
  sandbox.github.runs.set({ ...run, attempt: '1' }, 'completed');
  sandbox.github.runs.set({ ...run, runId: '1000000002' }, 'completed');
  sandbox.github.runs.set(run, 'in_progress');
  expect(await overForMs()).toBeUndefined();
  expect(await overForMs(mine, { ...run, attempt: '1' })).toBeDefined();
});

test.each([
  ['only secrets', { write: ['octo/app'] }, 403],
  ['nothing of it', {}, 404],
])('who may see %s learns nothing', async (_, rights, status) => {
  sandbox.github.runs.set(run, 'completed');
  expect(await overForMs(rights)).toBeUndefined();
  expect(sandbox.requests).toMatchObject([{ action: 'GET run-attempt', status }]);
});

test('nothing is known of a run that is not known, or where runs are not', async () => {
  expect(await overForMs()).toBeUndefined();
  sandbox.faults.add({ raw: { status: 404, headers: {}, body: '404 page not found' } });
  expect(await overForMs()).toBeUndefined();
});

const answered = (body: string, headers: Record<string, string> = {}) => ({ raw: { status: 200, headers, body } });
const ENDED = '2026-08-01T12:00:00Z';

test.each([
  ['500', { error: { status: 500, code: 'Error', message: 'words' } }],
  ['429', { error: { status: 429, code: 'Error', message: 'words', headers: { 'retry-after': '1' } } }],
  ['a reset', { reset: true as const }],
  ['no JSON', answered('<html></html>')],
  ['no time', answered('{"status":"completed"}')],
  ['what is no time', answered('{"status":"completed","updated_at":"noon"}')],
  ['no state', answered(JSON.stringify({ updated_at: ENDED }))],
  ['no time of its own', answered(JSON.stringify({ status: 'completed', updated_at: ENDED }), { date: 'noon' })],
])('an answer with %s says nothing, and is not asked for again', async (_, fault) => {
  sandbox.github.runs.set(run, 'completed');
  sandbox.faults.add(fault);
  expect(await overForMs()).toBeUndefined();
  expect(sandbox.requests).toHaveLength(1);
});
