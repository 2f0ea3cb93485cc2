import { proxyFor, type ProxySettings } from '../../src/network/proxy';
import { useCleanEnvironment } from '../aws/environment';

useCleanEnvironment();

const STS = 'https://sts.eu-central-1.amazonaws.com/';
const PLAIN = 'http://127.0.0.1:8080/';
const ENV = 'http://env.example:3128';
const INPUT = 'http://input.example:3128';

type Variables = Readonly<Record<string, string>>;
const cases: [what: string, url: string, variables: Variables, settings: ProxySettings, proxy: string | undefined][] = [
  ['nothing is set', STS, {}, {}, undefined],
  ['HTTPS_PROXY is set', STS, { HTTPS_PROXY: ENV }, {}, ENV],
  ['https_proxy is set', STS, { https_proxy: ENV }, {}, ENV],
  ['HTTP_PROXY is set', PLAIN, { HTTP_PROXY: ENV }, {}, ENV],
  ['http_proxy is set', PLAIN, { http_proxy: ENV }, {}, ENV],
  ['ALL_PROXY is set', STS, { ALL_PROXY: ENV }, {}, ENV],
  ['all_proxy is set', PLAIN, { all_proxy: ENV }, {}, ENV],
  ["the other protocol's is set", STS, { HTTP_PROXY: ENV }, {}, undefined],
  ['both are set', STS, { HTTPS_PROXY: ENV, HTTP_PROXY: 'http://other.example' }, {}, ENV],
  ['the input is set', STS, {}, { httpProxy: INPUT }, INPUT],
  ['the input is set for http', PLAIN, {}, { httpProxy: INPUT }, INPUT],
  ['the input meets HTTPS_PROXY', STS, { HTTPS_PROXY: ENV }, { httpProxy: INPUT }, INPUT],
  ['the input meets https_proxy', STS, { https_proxy: ENV }, { httpProxy: INPUT }, INPUT],
  ['the input meets all_proxy', STS, { all_proxy: ENV }, { httpProxy: INPUT }, INPUT],
  ['the input is empty', STS, { https_proxy: ENV }, { httpProxy: '' }, ENV],
  ['NO_PROXY excepts the host', STS, { HTTPS_PROXY: ENV, NO_PROXY: 'sts.eu-central-1.amazonaws.com' }, {}, undefined],
  ['no_proxy excepts the domain', STS, { HTTPS_PROXY: ENV, no_proxy: 'x.example,.amazonaws.com' }, {}, undefined],
  ['no_proxy excepts another', STS, { HTTPS_PROXY: ENV, no_proxy: 'x.example' }, {}, ENV],
  ['no_proxy excepts all', STS, { HTTPS_PROXY: ENV, no_proxy: '*' }, {}, undefined],
  ['no_proxy excepts another port', PLAIN, { http_proxy: ENV, no_proxy: '127.0.0.1:9' }, {}, ENV],
  ['no_proxy excepts the port', PLAIN, { http_proxy: ENV, no_proxy: '127.0.0.1:8080' }, {}, undefined],
  ['no_proxy excepts the host from the input', STS, { no_proxy: '.amazonaws.com' }, { httpProxy: INPUT }, undefined],
  ["the input's exception holds", STS, {}, { httpProxy: INPUT, noProxy: '.amazonaws.com' }, undefined],
  ["the input's exception holds for the variable", STS, { HTTPS_PROXY: ENV }, { noProxy: '.amazonaws.com' }, undefined],
  ["the input's exception meets NO_PROXY", STS, { HTTPS_PROXY: ENV, NO_PROXY: '*' }, { noProxy: 'x.example' }, ENV],
  ["the input's exception meets no_proxy", STS, { HTTPS_PROXY: ENV, no_proxy: '*' }, { noProxy: 'x.example' }, ENV],
];

test.each(cases)('where %s', (_, url, variables, settings, proxy) => {
  Object.assign(process.env, variables);
  const before = { ...process.env };
  expect(proxyFor(new URL(url), settings)).toBe(proxy);
  expect({ ...process.env }).toEqual(before);
});
