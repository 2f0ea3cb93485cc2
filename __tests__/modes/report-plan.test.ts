import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IdentitiesRequest } from '../../src/inputs/request';
import { reportPlan } from '../../src/modes/report-plan';
import type { Change } from '../../src/provisioning/changes/change';
import type { Runner } from '../../src/runner/runner';
import type { Step } from '../../src/runner/step';
import { arn, declaredPolicy, declaredUser, TARGET } from '../provisioning/declared';
import { shown } from '../provisioning/plans';

const SECRET = 'a-masked-secret';
let folder: string;
let said: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'report-plan-'));
  said = [];
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function report(changes: readonly Change[], { maskAccountId = false, temp = folder } = {}): string {
  const masked = new Set([SECRET]);
  const runner = {
    mask: (text: string) => void masked.add(text),
    group: (title: string, lines: readonly string[]) => void said.push(title, ...lines),
    notice: (text: string) => void said.push(`notice ${text}`),
    warning: (text: string) => void said.push(`warning ${text}`),
    hide: (text: string) => [...masked].reduce((hidden, one) => hidden.replaceAll(one, '***'), text),
  } as unknown as Runner;
  const users = [declaredUser({ policies: [{ declared: 'list' }] })];
  const declaration = { oidcProviders: [], policies: [declaredPolicy()], users, roles: [] };
  const request = { mode: 'provision', dryRun: true, declaration, maskAccountId } as unknown as IdentitiesRequest;
  const step = { runner, env: { RUNNER_TEMP: temp } } as unknown as Step;
  return reportPlan({ changes, account: TARGET, arn: arn('user/admin'), isNothing: false }, request, step).join('\n');
}

const LARGE = Array.from({ length: 400 }, (_, index) =>
  shown('create', 'policy', `p${index}`, {
    details: ['+ document', ...Array<string>(60).fill(`    + "${SECRET} in ${TARGET.account}"`)],
  }),
);

test('a plan is in the log, and in the summary with its picture', () => {
  const page = report([shown('create', 'user', 'pulumi'), shown('keep', 'policy', 'list')]);
  expect(said).toEqual([
    'Plan (nothing is changed): 1 to create, 0 to change, 0 to delete, 1 to keep',
    '+ create  user    pulumi',
    '= keep    policy  list',
  ]);
  expect(page).toContain(`${said[0] ?? ''}. Account 123456789012, as \`${arn('user/admin')}\`.\n\n| Action | Kind |`);
  expect(page).toContain('```mermaid\nflowchart LR\nn0(["user pulumi"]):::create\n');
  expect(readdirSync(folder)).toEqual([]);
});

test('where a plan has too many things for a picture, the summary says so', () => {
  const more = Array.from({ length: 40 }, (_, index) => shown('create', 'role', `r${index}`));
  expect(report([shown('create', 'user', 'pulumi'), ...more])).toMatch(
    /\| create \| role \| `r39` \| {2}\|\n\nThere is no picture of this plan: it has 41 things, and .* 40\.$/,
  );
});

test('a plan that is too large for the summary is whole in a file that the log names, without what is hidden', () => {
  const page = report(LARGE, { maskAccountId: true });
  expect(Buffer.byteLength(page)).toBeLessThan(1024 * 1024);
  expect(page).toMatch(/The details of \d+ more are in the log of the step\.$/);
  const [, file = ''] = /^notice .* it is whole in (.+)\.$/.exec(said.at(-1) ?? '') ?? [];
  expect(file.startsWith(folder)).toBe(true);
  const whole = readFileSync(file, 'utf8');
  expect(whole.match(/<details>/g)).toHaveLength(400);
  expect(whole).not.toContain(SECRET);
  expect(whole).not.toContain(TARGET.account);
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('that the file cannot be written is warned of', () => {
  expect(report(LARGE, { temp: join(folder, 'missing') })).toContain('| create | policy | `p0` |');
  expect(said.at(-1)).toMatch(
    /^warning The plan is too large for the job summary, and could not be written to a file: /,
  );
});
