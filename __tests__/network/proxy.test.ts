import { proxyFor, proxyUrl, wrongProxy, type ProxySettings } from '../../src/network/proxy';
import { useCleanEnvironment } from '../aws/environment';

useCleanEnvironment();

const STS = 'https://sts.eu-central-1.amazonaws.com/';
const PLAIN = 'http://10.1.2.3:8080/';
const IPV6 = 'https://[fd00::1:2]/';
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
  ['ALL_PROXY is of SOCKS', STS, { ALL_PROXY: 'socks5://x.example:1080' }, {}, undefined],
  ['https_proxy is of SOCKS, but excepted', STS, { https_proxy: 'socks4://x:1', no_proxy: '*' }, {}, undefined],
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
  ['no_proxy excepts another port', PLAIN, { http_proxy: ENV, no_proxy: '10.1.2.3:9' }, {}, ENV],
  ['no_proxy excepts the port', PLAIN, { http_proxy: ENV, no_proxy: '10.1.2.3:8080' }, {}, undefined],
  ['no_proxy excepts the host from the input', STS, { no_proxy: '.amazonaws.com' }, { httpProxy: INPUT }, undefined],
  ["the input's exception holds", STS, {}, { httpProxy: INPUT, noProxy: '.amazonaws.com' }, undefined],
  ["the input's exception holds for the variable", STS, { HTTPS_PROXY: ENV }, { noProxy: '.amazonaws.com' }, undefined],
  ["the input's exception meets NO_PROXY", STS, { HTTPS_PROXY: ENV, NO_PROXY: '*' }, { noProxy: 'x.example' }, ENV],
  ["the input's exception meets no_proxy", STS, { HTTPS_PROXY: ENV, no_proxy: '*' }, { noProxy: 'x.example' }, ENV],
];

test.each(cases)('where %s', (_, url, variables, settings, proxy) => {
  Object.assign(process.env, variables);
  const before = { ...process.env };
  expect(proxyFor(new URL(url), settings)?.origin).toBe(proxy);
  expect({ ...process.env }).toEqual(before);
});

describe('exceptions', () => {
  const proxied = (url: string, noProxy: string) => proxyFor(new URL(url), { httpProxy: INPUT, noProxy }) !== undefined;

  test.each([
    [STS, 'amazonaws.com'],
    [STS, '.amazonaws.com'],
    [STS, '*.amazonaws.com'],
    [STS, 'AMAZONAWS.COM'],
    [STS, 'amazonaws.com.'],
    [STS.toUpperCase(), 'Sts.eu-central-1.amazonaws.com'],
    ['https://sts.amazonaws.com./', '.amazonaws.com'],
    ['https://amazonaws.com/', '.amazonaws.com'],
    [STS, 'amazonaws.com:443'],
    [STS, '.amazonaws.com:443'],
    [STS, 'localhost x.example\tamazonaws.com'],
    [STS, ' , x.example ,, amazonaws.com ,'],
    [STS, 'x.example,*'],
    ['http://aws.example/', 'aws.example:80'],
    ['https://10.1.2.3/', '10.1.2.3'],
    ['https://10.1.2.3/', '10.0.0.0/8'],
    ['https://10.1.2.3:8443/', '10.0.0.0/8:8443'],
    [IPV6, 'fd00::1:2'],
    [IPV6, '[FD00:0::1:2]'],
    [IPV6, '[fd00::1:2]:443'],
    [IPV6, 'fd00::/8'],
    ['https://[::ffff:10.1.2.3]/', '10.0.0.0/8'],
  ])('%s is reached directly with %s', (url, exceptions) => {
    expect(proxied(url, exceptions)).toBe(false);
  });

  test.each([
    [STS, 'notamazonaws.com'],
    [STS, 'naws.com'],
    [STS, 'amazonaws.com:80'],
    [STS, 'amazonaws.com.cn'],
    [STS, 'sts.amazonaws.com'],
    [STS, ','],
    [STS, '.'],
    [STS, '0.0.0.0/0'],
    ['https://10.1.2.3/', '1.2.3'],
    ['https://10.1.2.3/', '.3'],
    ['https://10.1.2.3/', '10.1.2.0/33'],
    ['https://10.1.2.3/', '10.1.2.0/'],
    ['https://10.1.2.3/', '10.1.2.0/x'],
    ['https://10.1.2.3/', '11.0.0.0/8'],
    ['https://10.1.2.3/', 'fd00::/8'],
    [IPV6, 'fd00::1:3'],
    [IPV6, '[fd00::1:2]:80'],
    [IPV6, 'fe80::/10'],
  ])('%s is reached through the proxy with %s', (url, exceptions) => {
    expect(proxied(url, exceptions)).toBe(true);
  });

  test.each([
    'http://localhost:8080/',
    'http://LocalHost./',
    'http://aws.localhost/',
    'http://127.0.0.1/',
    'https://127.9.8.7:4566/',
    'http://[::1]:4566/',
    'http://[0:0:0:0:0:0:0:1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://2130706433/',
  ])('%s is this machine, to which no proxy leads', (url) => {
    expect(proxied(url, '')).toBe(false);
  });

  test.each(['http://localhost.example/', 'http://notlocalhost/', 'http://128.0.0.1/', 'http://0.0.0.0/'])(
    '%s is another',
    (url) => {
      expect(proxied(url, '')).toBe(true);
    },
  );
});

describe('a proxy', () => {
  test.each([
    ['user:pass@proxy:3128', 'http://user:pass@proxy:3128/'],
    ['proxy', 'http://proxy/'],
    ['HTTPS://Proxy:3128', 'https://proxy:3128/'],
    ['10.1.2.3:3128', 'http://10.1.2.3:3128/'],
    ['[fd00::1]:3128', 'http://[fd00::1]:3128/'],
    ['user:pass@[fd00::1]:3128', 'http://user:pass@[fd00::1]:3128/'],
    [' http://proxy:3128\t', 'http://proxy:3128/'],
    ['proxy:3128\n', 'http://proxy:3128/'],
    ['http://proxy:3128/', 'http://proxy:3128/'],
    ['http://proxy.example.:3128', 'http://proxy.example.:3128/'],
    ['DOMAIN\\user:pass@proxy:3128', 'http://DOMAIN%5Cuser:pass@proxy:3128/'],
    ['http://DOMAIN\\user:pass@proxy:3128', 'http://DOMAIN%5Cuser:pass@proxy:3128/'],
    ['http://DOMAIN%5Cuser:pass@proxy:3128', 'http://DOMAIN%5Cuser:pass@proxy:3128/'],
    ['http://user@corp.example:pass@proxy', 'http://user%40corp.example:pass@proxy/'],
    ['http://user:p%40%3A%2Fss@proxy', 'http://user:p%40%3A%2Fss@proxy/'],
    ['http://user:p@:ss@proxy', 'http://user:p%40%3Ass@proxy/'],
    ['user:p/s\\s@proxy', 'http://user:p%2Fs%5Cs@proxy/'],
    ['http://user:12/ss@proxy', 'http://user:12%2Fss@proxy/'],
    ['http://user:12?s#s@proxy', 'http://user:12%3Fs%23s@proxy/'],
    ['http://user:p"s s@proxy', 'http://user:p%22s%20s@proxy/'],
    ['http://S3cret@proxy', 'http://S3cret@proxy/'],
  ])('may be written as %s, in the variables, too', (text, url) => {
    expect(proxyUrl(text)?.href).toBe(url);
    process.env.https_proxy = text;
    expect(proxyFor(new URL(STS))?.href).toBe(url);
  });

  test.each([
    'socks5://proxy:1080',
    'socks5h://user:S3cret@proxy:1080',
    'pac+http://proxy',
    'http://',
    'http://user:S3cret@',
    'http://proxy:port',
    'http://proxy:65536',
    'http://u:100%@proxy',
    'http://u:S3cret%E4@proxy',
    'http:/proxy:3128',
    'http//proxy:3128',
    'https:\\\\proxy:3128',
    'http://http://proxy:3128',
    'http://a.example:3128,http://b.example:3128',
    'a.example,b.example',
    'http://${PROXY}:3128',
    '$PROXY',
    'PROXY proxy:3128',
    '::1',
  ])('is none: %s', (text) => {
    expect(proxyUrl(text)).toBeUndefined();
    expect(wrongProxy(text)).toMatch(/^is not a URL such as ((?!S3cret|user).)*$/);
    process.env.https_proxy = text;
    expect(() => proxyFor(new URL(STS))).toThrow('The proxy is not a URL such as');
  });

  test.each([
    '"http://user:S3cret@proxy:3128"',
    "'proxy:3128'",
    ' "proxy"',
    'http://proxy:3128"',
    '`proxy`',
    '\u201Chttp://user:S3cret@proxy:3128\u201D',
    '\u201Ehttp://proxy:3128\u201C',
    '\u2018proxy:3128\u2019',
    '\u00ABproxy:3128\u00BB',
  ])('has no quotes around it: %s', (text) => {
    expect(proxyUrl(text)).toBeUndefined();
    expect(wrongProxy(text)).toMatch(/^has quotes around it; it should be a URL such as ((?!S3cret|user).)*$/);
  });

  test.each(['http://user:S3cret@config.example/proxy.pac', 'config.example/PROXY.PAC?x=1', 'http://wpad/wpad.dat'])(
    'is no file that names proxies: %s',
    (text) => {
      expect(proxyUrl(text)).toBeUndefined();
      expect(wrongProxy(text)).toMatch(
        /^is the address of a file that names proxies \(PAC\); it should be a URL such as/,
      );
      expect(wrongProxy(text)).not.toMatch(/S3cret|user/);
    },
  );

  test('is none where the variable is blank', () => {
    process.env.HTTPS_PROXY = ' ';
    expect(proxyFor(new URL(STS))).toBeUndefined();
  });
});
