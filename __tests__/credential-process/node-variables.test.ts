import tls from 'node:tls';
import { nodeVariables } from '../../src/credential-process/node-variables';

test.each([
  [undefined, ''],
  ['--require ./tracer.cjs', ''],
  ['-r dd-trace/ci/init --inspect=0 --trace-exit --loader ts-node/esm', ''],
  ['--use-system-ca', '--use-system-ca'],
  ['  --max-old-space-size=4096 --use-openssl-ca\t--require=x', '--use-openssl-ca'],
  ['--dns-result-order=ipv4first --tls-min-v1.2', '--dns-result-order=ipv4first --tls-min-v1.2'],
  ['--tls-cipher-list=$(x) --dns-result-order', ''],
])('of the options %j of the step, those about connections are kept', (NODE_OPTIONS, kept) => {
  const env = {
    ...(NODE_OPTIONS !== undefined && { NODE_OPTIONS }),
    NODE_DEBUG: 'http',
    NODE_V8_COVERAGE: '/coverage',
  };
  expect(nodeVariables(env)).toMatchObject({ NODE_OPTIONS: kept, NODE_DEBUG: '', NODE_V8_COVERAGE: '' });
});

describe('a file of certificates', () => {
  const set = Object.getOwnPropertyDescriptor(tls, 'setDefaultCACertificates');
  afterEach(() => {
    if (set) Object.defineProperty(tls, 'setDefaultCACertificates', set);
    else Reflect.deleteProperty(tls, 'setDefaultCACertificates');
  });

  test('is read for a renewal alone: one that is not there would give a warning with each answer', () => {
    Object.defineProperty(tls, 'setDefaultCACertificates', { value: () => undefined, configurable: true });
    expect(nodeVariables({ NODE_EXTRA_CA_CERTS: '/ca.pem' }).NODE_EXTRA_CA_CERTS).toBe('');
  });

  test('is left to a Node that reads it at its start alone', () => {
    Reflect.deleteProperty(tls, 'setDefaultCACertificates');
    expect(nodeVariables({ NODE_EXTRA_CA_CERTS: '/ca.pem' })).not.toHaveProperty('NODE_EXTRA_CA_CERTS');
  });
});
