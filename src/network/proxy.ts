import { BlockList, isIP } from 'node:net';
import { ActionError } from '../errors/action-error';

/** The proxy settings of AWS calls. What is omitted comes from the usual variables, in upper or lower case. */
export interface ProxySettings {
  /** One proxy for http and https alike. */
  readonly httpProxy?: string;
  /** Hosts that are reached directly, separated by commas. */
  readonly noProxy?: string;
}

/** As URLs spell it: that of IPv4 also within IPv6. */
const LOOPBACK = /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|::1|::ffff:7f[\da-f]{2}:[\da-f]{1,4})$/;

/**
 * The proxy through which the URL is to be reached, or undefined for a direct connection. The rules are those of curl and
 * of GitHub's toolkit, taken together, for AWS and for GitHub alike.
 * https://curl.se/docs/manpage.html#--noproxy
 *
 * @throws ActionError when the proxy is none that can be used
 */
export function proxyFor(url: URL, { httpProxy, noProxy }: ProxySettings = {}): URL | undefined {
  const proxy = firstSet(
    httpProxy,
    ...inEnvironment(`${url.protocol.slice(0, -1)}_proxy`),
    // Many set it for other programs, and to a proxy of SOCKS.
    ...inEnvironment('all_proxy').filter((text = '') => proxyUrl(text)),
  );
  if (proxy === undefined || isReachedDirectly(url, noProxy)) return undefined;
  const usable = proxyUrl(proxy);
  if (usable) return usable;
  throw new ActionError({
    code: 'proxy-failed',
    tried: `reach ${url.host} through a proxy`,
    why: `The proxy ${wrongProxy(proxy)}.`,
    fix: 'Correct HTTPS_PROXY or HTTP_PROXY, or except the host with NO_PROXY.',
  });
}

/** Whether no proxy leads to a URL: it is on this machine, or excepted. */
export function isReachedDirectly(url: URL, noProxy: string | undefined, env = process.env): boolean {
  return isLoopback(url) || isExcepted(url, firstSet(noProxy, ...inEnvironment('no_proxy', env)) ?? '');
}

/** What is wrong with the text of a proxy that `proxyUrl` does not take, to follow "the proxy". It may be a secret, and is not repeated. */
export function wrongProxy(text: string): string {
  const trimmed = text.trim();
  if (QUOTED.test(trimmed)) return `has quotes around it; it should be ${PROXY_FORM}`;
  if (PAC.test(trimmed)) return `is the address of a file that names proxies (PAC); it should be ${PROXY_FORM}`;
  return `is not ${PROXY_FORM}`;
}

/** Also by quotes of a text processor, which the name of a host may have in it. */
const QUOTED = /^["'`\p{Pi}\p{Pf}\u201A\u201E]|["'`\p{Pi}\p{Pf}]$/u;
/** A file of proxy auto-configuration: it is on some server, which is no proxy itself. */
const PAC = /[^/]\/[^/?#@]*\.(pac|dat)([?#][^@]*)?$/i;

const PROXY_FORM =
  'a URL such as http://proxy.example.com:3128, with % and other special characters of a password encoded; SOCKS is not ' +
  'supported';

/**
 * The URL of a proxy, which may be written without its `http://`; undefined for what is none that can be used. All up to
 * the last `@` is the user's, as a user of Windows (`DOMAIN\\user`) and many a password have characters that end a host.
 */
export function proxyUrl(text: string): URL | undefined {
  if (QUOTED.test(text.trim()) || PAC.test(text.trim())) return undefined;
  const [, scheme = 'http://', user = '', host = ''] = PROXY_PARTS.exec(text.trim()) ?? [];
  const full = scheme + user.replace(/[\\/?#]/g, encodeURIComponent) + host;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  return url && /^https?:$/.test(url.protocol) && isHost(url) && isDecodable(url.username + url.password)
    ? url
    : undefined;
}

const PROXY_PARTS = /^([a-z][a-z0-9+.-]*:\/\/)?(.*@)?([^@]*)$/is;

/** Also quotes, commas and variables that nobody replaced (`$PROXY`) can be the name of a host, and so can a scheme. */
function isHost({ hostname, pathname }: URL): boolean {
  return /^(?:[\w.-]+|\[.+\])$/.test(hostname) && !(/^https?$/.test(hostname) && pathname !== '/');
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether a URL leads to this machine. */
export function isLoopback(url: URL): boolean {
  return LOOPBACK.test(hostOf(url));
}

function isExcepted(url: URL, exceptions: string): boolean {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return exceptions.split(/[\s,]+/).some((exception) => {
    const [, address, name = address, onlyPort = port] =
      /^(?:\[(.+)\]|(.*:.*:.*|[^:]+))(?::(\d+))?$/.exec(exception.toLowerCase()) ?? [];
    return name !== undefined && onlyPort === port && (name === '*' || covers(name, hostOf(url)));
  });
}

/** Whether an exception is for a host: a name covers its subdomains, and a network (CIDR) its addresses. */
function covers(exception: string, host: string): boolean {
  if (isIP(host) > 0) return network(exception)?.check(host, family(host)) ?? false;
  const name = exception.replace(/^\*?\.?/, '').replace(/\.$/, '');
  return name !== '' && (host === name || host.endsWith(`.${name}`));
}

function network(text: string): BlockList | undefined {
  const [address = '', prefix] = text.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  const length = prefix === undefined ? bits : Number(prefix || Number.NaN);
  if (!Number.isInteger(length) || length < 0 || length > bits) return undefined;
  const list = new BlockList();
  list.addSubnet(address, length, family(address));
  return list;
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

/** As it is compared: an address without its brackets, a name without the dot of the root. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

/** The values of a variable in lower and in upper case. */
function inEnvironment(name: string, env = process.env): (string | undefined)[] {
  return [env[name], env[name.toUpperCase()]];
}

function firstSet(...texts: (string | undefined)[]): string | undefined {
  return texts.find((text) => text !== undefined && text.trim() !== '');
}
