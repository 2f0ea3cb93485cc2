import type { RecordedRequest } from '../../sandbox/http/request';
import { callLines } from '../../try/show';

const call = (action: string, more: Partial<RecordedRequest> = {}): RecordedRequest => ({
  service: 'iam',
  action,
  path: '/',
  params: {},
  headers: {},
  at: 0,
  status: 200,
  ...more,
});

test('the calls of one caller are in one line, each with its failure', () => {
  const [mona, deploy] = [{ caller: 'user/mona' }, { caller: 'role/deploy' }];
  const calls = [
    call('GetUser', { ...mona, status: 404, errorCode: 'NoSuchEntity' }),
    call('CreateUser', mona),
    call('id-token', { service: 'github' }),
    call('GetUser', { ...deploy, status: undefined }),
    call('ListUsers', mona),
  ];
  expect(callLines(calls)).toEqual([
    'Calls by user/mona: iam GetUser (NoSuchEntity), iam CreateUser',
    'Unsigned calls: github id-token',
    'Calls by role/deploy: iam GetUser (no answer)',
    'Calls by user/mona: iam ListUsers',
  ]);
  expect(callLines([])).toEqual([]);
});
